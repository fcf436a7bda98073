"""Users: created, changed, anonymised and deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.auth.credentials import CredentialsTable
from hwr_core.errors import Conflict, InvalidValue, NotFound, UserNotFound
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.roles import Role
from hwr_core.records.uploads import Upload


def test_a_user_is_created_and_found(users):
    """A new user has an id of its own, is active, and is listed after user 1."""
    ada = users.create("Ada Lovelace", "ada@example.org")
    assert (ada.username, ada.email, ada.is_active) == ("Ada Lovelace", "ada@example.org", True)
    assert datetime.now(UTC) - ada.created_at < timedelta(minutes=1)
    assert users.get(ada.id) == ada
    assert [user.id for user in users.all()] == [1, ada.id]


@pytest.mark.parametrize("name", ["José", "李雷", "हिन्दी", "o'neil", "x", "a.b_c-d@e+f", "4ever", "z" * 64])
def test_names_may_be_in_any_script(users, name):
    """Letters of every script, digits and a few marks make a name."""
    assert users.create(name).username == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\t",
        "z" * 65,
        "=cmd",
        "-x",
        "_x",
        "a\nb",
        "a\\b",
        "a[b](c)",
        "<b>",
        "a\x00b",
        "anonymous-3",
        "Anonymous-3",
        "\ud800",
    ],
)
def test_an_invalid_name_is_refused(users, name):
    """An empty, endless or dangerous name is refused with the rule, and nobody is added."""
    with pytest.raises(InvalidValue, match="cannot be a username"):
        users.create(name)
    assert len(users.all()) == 1


@pytest.mark.parametrize(
    "email", ["a b@x.org", "<a@x.org>", "a@x.org, b@x.org", '"a"@x.org', "=cmd@x.org", "a@\x00", "a" * 250 + "@x.org"]
)
def test_an_invalid_address_is_refused(users, email):
    """Whatever the older app took is taken, but no second address, no markup and no formula."""
    with pytest.raises(InvalidValue, match="not an email address"):
        users.create("ada", email)


def test_an_empty_address_is_none(users):
    """A client that sends "" means that there is no address."""
    assert users.create("ada", " ").email is None


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "Ａｄａ"])
def test_names_are_unique_without_case_games(users, name):
    """A name that differs in capitals, spaces around it or width of its letters alone is taken; the store goes on."""
    users.create("Ada")
    with pytest.raises(Conflict, match="is taken"):
        users.create(name)
    assert users.create("Bob").username == "Bob"


def test_of_many_who_want_a_name_at_once_one_gets_it(users):
    """Sixteen threads ask for the same name: one user, fifteen conflicts."""

    def ask(_):
        try:
            return users.create("ada")
        except Conflict as error:
            return error

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(ask, range(16)))
    assert sum(isinstance(answer, Conflict) for answer in answers) == 15
    assert len(users.all()) == 2


def test_a_user_gets_another_name_and_address(users):
    """What is given changes, also the case of the same name; what is not given stays; an empty address goes."""
    ada = users.create("ada", "ada@example.org")
    assert users.change(ada.id, username="Ada").username == "Ada"
    assert users.change(ada.id, username="Countess").email == "ada@example.org"
    assert users.change(ada.id, email="").email is None
    assert users.create("ada").username == "ada"


def test_a_taken_name_cannot_be_changed_to(users):
    """Renaming obeys the rules of creating."""
    ada = users.create("ada")
    with pytest.raises(Conflict):
        users.change(ada.id, username="DEFAULT")
    with pytest.raises(InvalidValue):
        users.change(ada.id, username="")
    assert users.get(ada.id) == ada


def test_a_user_is_deactivated_and_activated(users):
    """Being active is a switch that goes both ways; user 1 cannot be switched off."""
    ada = users.create("ada")
    assert not users.change(ada.id, is_active=False).is_active
    assert users.change(ada.id, is_active=True).is_active
    with pytest.raises(Conflict, match="User 1 cannot be deactivated"):
        users.change(1, is_active=False)


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63, 10**30])
@pytest.mark.parametrize("act", ["get", "change", "anonymise", "erase_history", "delete"])
def test_an_unknown_user_cannot_be_acted_on(users, act, stranger):
    """Whatever is done to a user who does not exist is a UserNotFound."""
    with pytest.raises(UserNotFound, match=f"no user {stranger}"):
        getattr(users, act)(stranger)


@pytest.fixture
def ada(users, record, feedback, new_prediction):
    """Ada, with two predictions (2 and 3) among those of user 1 (1 and 4), feedback both ways, and images."""
    user = users.create("ada", "ada@example.org")
    only_hers, shared = Upload.of(b"only hers"), Upload.of(b"shared")
    record(
        new_prediction(1, upload=shared),
        new_prediction(user.id, upload=shared, file_name="ada.png"),
        new_prediction(user.id, upload=only_hers),
        new_prediction(1),
    )
    feedback.give(1, user_id=1, actual_digit=7)
    feedback.give(1, user_id=user.id, actual_digit=1, comments="Ada says so")
    feedback.give(2, user_id=1, actual_digit=2)
    feedback.give(4, user_id=user.id, actual_digit=4)
    return user


def test_deleting_a_user_takes_all_their_data_along(users, ada, history, feedback, uploads):
    """Predictions, feedback by and on them, the labels from it and image files go; the data of others stays."""
    assert users.delete(ada.id) == 2
    with pytest.raises(UserNotFound):
        users.get(ada.id)
    assert [each.id for each in history.page().predictions] == [4, 1]
    assert [(each.user_id, each.actual_digit) for each in feedback.of_prediction(1)] == [(1, 7)]
    assert (history.get(1).label.digit, history.get(4).label) == (7, None)
    assert history.count(HistoryFilter(labelled=Labelled.ANY)) == 1
    assert list(uploads.names()) == [Upload.of(b"shared").name]
    with pytest.raises(NotFound):
        feedback.of_prediction(2)


def test_ids_of_the_deleted_are_never_given_again(users, ada, record, new_prediction):
    """Neither a user nor a prediction made later takes the number of one that was deleted."""
    users.delete(ada.id)
    assert users.create("eve").id > ada.id
    assert record(new_prediction())[0].id == 5


def test_erasing_a_history_leaves_the_account(users, ada, history):
    """All predictions of the user are gone, the user is not; the same goes for user 1."""
    assert users.erase_history(ada.id) == 2
    assert users.get(ada.id) == ada
    assert users.erase_history(1) == 2
    assert history.page().predictions == ()


def test_anonymising_forgets_the_user_and_keeps_the_predictions(users, ada, history, feedback):
    """Name, address, file names and comments are gone for ever; predictions and labels stay and count."""
    nobody = users.anonymise(ada.id)
    assert (nobody.username, nobody.email, nobody.is_active) == (f"anonymous-{ada.id}", None, False)
    assert nobody.created_at == ada.created_at
    assert {each.file_name for each in history.page().predictions} == {None}
    assert feedback.of_prediction(1)[0].comments == ""
    assert history.get(1).label.digit == 1
    assert users.create("ada").id != ada.id


@pytest.mark.parametrize("act", ["anonymise", "delete"])
def test_user_one_stays(users, act):
    """User 1 is the default of programs that name no user, and cannot be deleted."""
    with pytest.raises(Conflict, match="User 1 cannot be"):
        getattr(users, act)(1)


def test_no_prediction_is_left_behind_by_a_user_deleted_meanwhile(users, history, record, new_prediction):
    """Predictions kept while their user is deleted are either gone with the user or refused, never orphans."""
    ada = users.create("ada")
    with ThreadPoolExecutor(8) as threads:
        predictions = [threads.submit(record, new_prediction(ada.id)) for _ in range(40)]
        threads.submit(users.delete, ada.id).result()
    assert all(len(prediction.result()) == 1 for prediction in predictions)
    assert history.count() == 0


# The last admin


@pytest.fixture
def admins(users, store):
    """Two admins who can sign in."""
    credentials = CredentialsTable(store)
    users = [users.create(name).id for name in ("Ada", "Ben")]
    for user_id in users:
        credentials.set_password(user_id, "a hash")
        credentials.set_role(user_id, Role.ADMIN)
    return users


LEAVE = {
    "deactivated": lambda users, _, user_id, **how: users.change(user_id, is_active=False, **how),
    "anonymised": lambda users, _, user_id, **how: users.anonymise(user_id, **how),
    "deleted": lambda users, _, user_id, **how: users.delete(user_id, **how),
    "given another role": lambda _, store, user_id, **how: CredentialsTable(store).set_role(
        user_id, Role.ANALYST, **how
    ),
}


@pytest.mark.parametrize("how", LEAVE)
def test_the_last_admin_stays(users, store, admins, how):
    """One of two may go; the last one stays unchanged unless that is explicitly allowed."""
    leave, (ada, ben) = LEAVE[how], admins
    leave(users, store, ada)
    before = users.get(ben), CredentialsTable(store).accounts()[ben]
    with pytest.raises(Conflict, match=f"User {ben} is the last active admin and cannot be {how}"):
        leave(users, store, ben)
    assert (users.get(ben), CredentialsTable(store).accounts()[ben]) == before
    leave(users, store, ben, even_last_admin=True)


@pytest.mark.parametrize("how", LEAVE)
def test_an_admin_who_cannot_sign_in_does_not_count(users, store, admins, how):
    """The one who can sign in stays, though a user without a password has the same role; that one may go."""
    ada, ben = admins
    users.delete(ada)
    by_name_alone = users.create("Cem").id
    CredentialsTable(store).set_role(by_name_alone, Role.ADMIN)
    with pytest.raises(Conflict, match="last active admin"):
        LEAVE[how](users, store, ben)
    LEAVE[how](users, store, by_name_alone)


def test_the_last_admin_may_change_otherwise(users, store, admins):
    """A name, an address, the same role again, and the history erased leave an admin."""
    ada, ben = admins
    users.delete(ada)
    CredentialsTable(store).set_role(ben, Role.ADMIN)
    users.change(ben, username="Benjamin", is_active=True)
    assert users.erase_history(ben) == 0


def test_two_admins_who_dismiss_each_other_leave_one(users, store, admins):
    """However many ask at once, the question and the change are one transaction."""

    def dismiss(number):
        how = [*LEAVE.values()][number % len(LEAVE)]
        try:
            how(users, store, admins[number % 2])
        except (Conflict, UserNotFound):
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(dismiss, range(16)))
    accounts = CredentialsTable(store).accounts()
    left = [user for user in users.all() if user.is_active and user.id in accounts]
    assert [user.id for user in left if accounts[user.id].role is Role.ADMIN] in ([admins[0]], [admins[1]])
