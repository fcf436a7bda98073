"""The front desk on a real database: who gets in, and for how long."""

from threading import Thread

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.auth.caller_cache import CallerCache
from hwr_core.auth.passwords import fits, hashed
from hwr_core.auth.permissions import MAY, Caller, Permission
from hwr_core.errors import InvalidValue, NotSignedIn, TooManyRequests
from hwr_core.records.roles import Role

PASSWORD = "a fair few plain words"  # noqa: S105  of people who live as long as a test


@pytest.fixture
def ada(workspace: Workspace) -> int:
    """A person with a password."""
    user_id = workspace.users.create("Ada").id
    workspace.access.set_password(user_id, PASSWORD)
    return user_id


@pytest.mark.parametrize(
    ("password", "words"),
    [("short", "5 characters"), ("x" * 257, "257 characters"), ("aaaaaaaaaaaa", "easy"), ("Ada Lovelace", "easy")],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, words: str) -> None:
    """Too short, too long, of few characters, or one's own name."""
    with pytest.raises(InvalidValue, match=words):
        hashed(password, "ada lovelace")


def test_the_same_password_has_another_hash_each_time() -> None:
    """Two people with one password cannot be told to have it."""
    one, other = hashed(PASSWORD, "Ada"), hashed(PASSWORD, "Ada")
    assert one != other
    assert fits(PASSWORD, one)
    assert fits(PASSWORD, other)
    assert not fits(f"{PASSWORD}.", one)
    assert not fits(PASSWORD, None)
    assert not fits(PASSWORD, "no hash at all")


def test_a_letter_is_the_same_however_it_is_typed() -> None:
    """An accent of its own and one within the letter are one password."""
    assert fits("un mot de passe pre\u0301vu", hashed("un mot de passe pr\u00e9vu", "Ada"))


def test_whoever_has_no_password_cannot_sign_in(workspace: Workspace) -> None:
    """User 1, who is there from the start, is no way in."""
    with pytest.raises(NotSignedIn):
        workspace.access.sign_in("default", "", address="here")


def test_names_are_the_same_whatever_their_case(workspace: Workspace, ada: int) -> None:
    """As everywhere, ADA is Ada."""
    assert workspace.access.sign_in("  ADA ", PASSWORD, address="here").caller.user_id == ada


def test_another_process_may_end_a_session(workspace: Workspace, ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line ends, a running server notices within moments."""
    monkeypatch.setattr("hwr_core.auth.caller_cache.HOLDS", 0.0)  # the moments are over
    token = workspace.access.sign_in("Ada", PASSWORD, address="here").token
    assert workspace.access.by_session(token).user_id == ada
    with Workspace(workspace.settings) as other:
        other.access.set_password(ada, "quite other words now")
    with pytest.raises(NotSignedIn):
        workspace.access.by_session(token)


def test_what_is_revoked_meanwhile_is_not_remembered() -> None:
    """Who was looked up just before a revocation is asked for anew after it."""
    remembered = CallerCache()

    def find() -> Caller:
        remembered.forget()
        return Caller(2, "Ada", Role.VIEWER)

    assert remembered.get_or_find("key", find) is not None
    assert remembered.get("key") is None


def test_a_new_role_counts_at_once(workspace: Workspace, ada: int) -> None:
    """Whoever is made an analyst need not sign in again."""
    token = workspace.access.sign_in("Ada", PASSWORD, address="here").token
    assert workspace.access.by_session(token).role is Role.VIEWER
    workspace.access.set_role(ada, Role.ANALYST)
    assert workspace.access.by_session(token).role is Role.ANALYST


def test_guesses_from_many_addresses_are_slowed_too(workspace: Workspace, ada: int) -> None:
    """A name that is guessed at from everywhere is closed for a while; nobody else is."""
    for number in range(50):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in("Ada", "guess", address=f"192.0.2.{number}")
    with pytest.raises(TooManyRequests):
        workspace.access.sign_in("Ada", PASSWORD, address="198.51.100.1")


def test_one_address_cannot_guess_at_many_names(workspace: Workspace) -> None:
    """One password tried on everybody from one place is slowed as well."""
    for number in range(50):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in(f"name {number}", "guess", address="192.0.2.1")
    with pytest.raises(TooManyRequests):
        workspace.access.sign_in("another", "guess", address="192.0.2.1")


def test_guesses_at_once_do_not_slip_past_the_count(workspace: Workspace, ada: int) -> None:
    """Twenty threads get five guesses between them."""
    outcomes: list[type[Exception]] = []

    def guess() -> None:
        try:
            workspace.access.sign_in("Ada", "guess", address="here")
        except (NotSignedIn, TooManyRequests) as error:
            outcomes.append(type(error))

    threads = [Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(NotSignedIn) == 5
    assert outcomes.count(TooManyRequests) == 15


def test_a_right_password_forgives_what_was_mistyped(workspace: Workspace, ada: int) -> None:
    """Four wrong ones and a right one leave five more."""
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                workspace.access.sign_in("Ada", "guess", address="here")
        workspace.access.sign_in("Ada", PASSWORD, address="here")


def test_a_name_that_nobody_has_is_not_written_down(workspace: Workspace) -> None:
    """A password typed where the name belongs does not end up in the log."""
    with pytest.raises(NotSignedIn):
        workspace.access.sign_in("my secret password", "", address="here")
    [entry] = workspace.access.audit()
    assert (entry.act, entry.user_id, entry.about) == ("sign-in refused", None, "unknown name")


def test_whoever_is_forgotten_can_no_longer_come_in(workspace: Workspace, ada: int) -> None:
    """With a person go the password, the sessions and the keys; the log keeps a number and no name."""
    token = workspace.access.sign_in("Ada", PASSWORD, address="here").token
    key = workspace.access.create_key(ada, "scanner").key
    workspace.users.anonymise(ada)
    for ask, shown in ((workspace.access.by_session, token), (workspace.access.by_key, key)):
        with pytest.raises(NotSignedIn):
            ask(shown)
    assert workspace.access.accounts() == {}
    assert workspace.access.keys() == []
    assert "Ada" not in str(workspace.access.audit())


@pytest.mark.parametrize(("name", "days"), [("", None), ("x" * 65, None), ("a\nb", None), ("ok", 0), ("ok", 3651)])
def test_a_key_needs_a_name_and_a_time(workspace: Workspace, name: str, days: int | None) -> None:
    """A key is named for what it is for, and ends within ten years or never."""
    with pytest.raises(InvalidValue):
        workspace.access.create_key(1, name, days=days)


def test_each_role_may_do_more_than_the_one_before() -> None:
    """A viewer may least and an admin everything."""
    assert MAY[Role.VIEWER] < MAY[Role.ANALYST] < MAY[Role.ADMIN] == frozenset(Permission)
