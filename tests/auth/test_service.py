"""Sign-in on a real database: who can sign in, and for how long."""

from threading import Thread

import pytest
from argon2 import PasswordHasher

from hwr_core.app.workspace import Workspace
from hwr_core.auth import login_throttle, passwords
from hwr_core.auth.caller_cache import LIFETIME, CallerCache
from hwr_core.auth.login_throttle import FOR_NAME_AND_ADDRESS, LoginThrottle, Origin
from hwr_core.auth.password_check import MOST_WAITING
from hwr_core.auth.passwords import fits, hashed
from hwr_core.auth.permissions import MAY, Caller, Permission
from hwr_core.auth.service import AuthService
from hwr_core.errors import InvalidValue, NotSignedIn, TooManyRequests
from hwr_core.records.roles import Role

PASSWORD = "a fair few plain words"  # noqa: S105  of users that exist only in a test


@pytest.fixture
def ada(workspace: Workspace) -> int:
    """A user with a password."""
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
    """It cannot be seen that two users have the same password."""
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


def test_a_user_without_a_password_cannot_sign_in(workspace: Workspace) -> None:
    """User 1, which exists from the start, has none."""
    with pytest.raises(NotSignedIn):
        workspace.access.sign_in("default", "", address="here")


def test_names_are_the_same_whatever_their_case(workspace: Workspace, ada: int) -> None:
    """As everywhere, ADA is Ada."""
    assert workspace.access.sign_in("  ADA ", PASSWORD, address="here").caller.user_id == ada


def test_another_process_may_end_a_session(workspace: Workspace, ada: int) -> None:
    """A session that the command line ends is ended for a running server when its cache has expired."""
    now = [0.0]
    access = AuthService(workspace.settings, workspace.store, workspace.users, clock=lambda: now[0])
    token = access.sign_in("Ada", PASSWORD, address="here").token
    assert access.by_session(token).user_id == ada
    with Workspace(workspace.settings) as other:
        other.access.set_password(ada, "quite other words now")
    now[0] = LIFETIME
    with pytest.raises(NotSignedIn):
        access.by_session(token)


def test_a_caller_revoked_meanwhile_is_not_cached() -> None:
    """A caller that was looked up just before a revocation is looked up again after it."""
    cache = CallerCache()

    def find() -> Caller:
        cache.forget()
        return Caller(2, "Ada", Role.VIEWER)

    assert cache.get_or_find("key", find) is not None
    assert cache.get("key") is None


def test_a_new_role_counts_at_once(workspace: Workspace, ada: int) -> None:
    """A user who becomes an analyst need not sign in again."""
    token = workspace.access.sign_in("Ada", PASSWORD, address="here").token
    assert workspace.access.by_session(token).role is Role.VIEWER
    workspace.access.set_role(ada, Role.ANALYST)
    assert workspace.access.by_session(token).role is Role.ANALYST


def test_guesses_from_many_addresses_are_limited_and_keep_out_nobody_who_is_known(
    workspace: Workspace, ada: int
) -> None:
    """A name that is tried from many addresses is closed to strangers for a while; its user still gets in at once."""
    device = workspace.access.sign_in("Ada", PASSWORD, address="at home").device
    for number in range(50):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in("Ada", "guess", address=f"192.0.2.{number}")
    with pytest.raises(TooManyRequests):
        workspace.access.sign_in("Ada", PASSWORD, address="198.51.100.1")
    workspace.access.sign_in("Ada", PASSWORD, address="at home")
    workspace.access.sign_in("Ada", PASSWORD, address="198.51.100.1", device=device)


def test_one_stranger_locks_nobody_out(workspace: Workspace, ada: int) -> None:
    """Two hundred guesses from one address: the user gets in from any other, known or not."""
    refused = 0
    for _ in range(200):
        with pytest.raises((NotSignedIn, TooManyRequests)) as caught:
            workspace.access.sign_in("Ada", "guess", address="192.0.2.1")
        refused += caught.type is TooManyRequests
    assert refused == 195
    workspace.access.sign_in("Ada", PASSWORD, address="198.51.100.1")


def test_a_colleague_at_the_same_address_does_not_keep_out_a_known_browser(workspace: Workspace, ada: int) -> None:
    """The address is known and full of guesses; the browser is counted on its own."""
    device = workspace.access.sign_in("Ada", PASSWORD, address="office").device
    with pytest.raises(TooManyRequests):
        for _ in range(20):
            with pytest.raises(NotSignedIn):
                workspace.access.sign_in("Ada", "guess", address="office")
    workspace.access.sign_in("Ada", PASSWORD, address="office", device=device)


def test_a_known_browser_cannot_guess_for_ever(workspace: Workspace, ada: int) -> None:
    """A stolen browser has ten guesses a minute, and is not known for another user."""
    device = workspace.access.sign_in("Ada", PASSWORD, address="here").device
    with pytest.raises(TooManyRequests):
        for number in range(20):
            with pytest.raises(NotSignedIn):
                workspace.access.sign_in("Ada", "guess", address=f"192.0.2.{number}", device=device)
    assert number == 10
    workspace.users.create("Eve")
    outcomes = []
    for _ in range(7):
        with pytest.raises((NotSignedIn, TooManyRequests)) as caught:
            workspace.access.sign_in("Eve", "guess", address="198.51.100.1", device=device)
        outcomes.append(caught.type)
    assert outcomes == [NotSignedIn] * 5 + [TooManyRequests] * 2


def test_a_new_password_makes_browsers_strange(workspace: Workspace, ada: int) -> None:
    """What an earlier sign-in returned says nothing then, nor does what is no such token, or one to act with."""
    device = workspace.access.sign_in("Ada", PASSWORD, address="here").device
    token = workspace.access.token("Ada", PASSWORD, address="here").token
    assert device is not None
    workspace.access.set_password(ada, "other words than before")
    for wrong in (device, token, "nonsense", ""):
        for _ in range(5):
            with pytest.raises(NotSignedIn):
                workspace.access.sign_in("Ada", "guess", address=f"from {wrong[-5:]}", device=wrong)
        with pytest.raises(TooManyRequests):
            workspace.access.sign_in("Ada", "guess", address=f"from {wrong[-5:]}", device=wrong)


def test_a_token_to_act_with_is_not_what_a_browser_keeps(workspace: Workspace, ada: int) -> None:
    """The one opens nothing, the other nothing else."""
    device = workspace.access.sign_in("Ada", PASSWORD, address="here").device
    assert device is not None
    with pytest.raises(NotSignedIn):
        workspace.access.by_token(device)


def test_an_ipv6_network_counts_as_one(workspace: Workspace, ada: int) -> None:
    """Whoever has one address of it has 2 ** 64."""
    for number in range(5):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in("Ada", "guess", address=f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyRequests):
        workspace.access.sign_in("Ada", "guess", address="2001:db8:1:2:ffff::1")
    with pytest.raises(NotSignedIn):
        workspace.access.sign_in("Ada", "guess", address="2001:db8:1:3::1")


def test_the_wait_grows() -> None:
    """Five guesses, then minutes; ten, then an hour; twenty, then a day."""
    assert [(limit.amount, limit.get_expiry()) for limit in FOR_NAME_AND_ADDRESS] == [(5, 300), (10, 3600), (20, 86400)]


def test_one_address_cannot_try_many_names(workspace: Workspace) -> None:
    """One password tried on many names from one address is limited as well."""
    for number in range(50):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in(f"name {number}", "guess", address="192.0.2.1")
    with pytest.raises(TooManyRequests):
        workspace.access.sign_in("another", "guess", address="192.0.2.1")


def test_simultaneous_sign_ins_do_not_escape_the_count(workspace: Workspace, ada: int) -> None:
    """Twenty threads get five attempts between them."""
    outcomes: list[type[Exception]] = []

    def attempt() -> None:
        try:
            workspace.access.sign_in("Ada", "guess", address="here")
        except (NotSignedIn, TooManyRequests) as error:
            outcomes.append(type(error))

    threads = [Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(NotSignedIn) == 5
    assert outcomes.count(TooManyRequests) == 15


def test_another_spelling_is_not_another_count(workspace: Workspace) -> None:
    """The database takes a dotted capital I for an i; Python does not."""
    ida = workspace.users.create("Ida").id
    workspace.access.set_password(ida, PASSWORD)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            workspace.access.sign_in("Ida", "guess", address="here")
    for spelling in ("IDA", "\u0130da", " \uff29da "):
        with pytest.raises(TooManyRequests):
            workspace.access.sign_in(spelling, PASSWORD, address="here")


def test_a_known_browser_does_not_wait_behind_strangers(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, ada: int
) -> None:
    """Twenty strangers' passwords are being checked, one after the other: the user is in before most of them."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())  # the one of users, not the quick one of tests
    workspace.access.set_password(ada, PASSWORD)
    device = workspace.access.sign_in("Ada", PASSWORD, address="at home").device
    refused: list[int] = []

    def guess(number: int) -> None:
        with pytest.raises((NotSignedIn, TooManyRequests)):
            workspace.access.sign_in("Ada", "guess", address=f"192.0.2.{number}")
        refused.append(number)

    threads = [Thread(target=guess, args=(number,)) for number in range(MOST_WAITING)]
    for thread in threads:
        thread.start()
    workspace.access.sign_in("Ada", PASSWORD, address="198.51.100.1", device=device)
    assert len(refused) < MOST_WAITING / 2
    for thread in threads:
        thread.join()


def test_counts_take_a_bounded_memory(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many failures they begin anew."""
    monkeypatch.setattr(login_throttle, "MOST_COUNTED", 20)
    throttle, here = LoginThrottle(workspace.settings), Origin("192.0.2.1")
    for _ in range(5):
        throttle.failed("ada", here)
    with pytest.raises(TooManyRequests):
        throttle.refuse_if_too_many("ada", here)
    for number in range(15):
        throttle.failed(f"name {number}", Origin(f"198.51.100.{number}"))
    with pytest.raises(TooManyRequests):
        throttle.refuse_if_too_many("ada", here)
    throttle.failed("one more", Origin("198.51.100.99"))
    throttle.refuse_if_too_many("ada", here)


def test_a_right_password_resets_the_count(workspace: Workspace, ada: int) -> None:
    """After four wrong passwords and a right one there are five more attempts."""
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                workspace.access.sign_in("Ada", "guess", address="here")
        workspace.access.sign_in("Ada", PASSWORD, address="here")


def test_an_unknown_name_is_not_logged(workspace: Workspace) -> None:
    """A password typed into the field of the name does not end up in the audit log."""
    with pytest.raises(NotSignedIn):
        workspace.access.sign_in("my secret password", "", address="here")
    [entry] = workspace.access.audit()
    assert (entry.act, entry.user_id, entry.about) == ("sign-in refused", None, "unknown name")


def test_a_deleted_user_can_no_longer_sign_in(workspace: Workspace, ada: int) -> None:
    """Password, sessions and API keys go with the user; the audit log keeps an id and no name."""
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
def test_a_key_needs_a_name_and_a_sensible_expiry(workspace: Workspace, name: str, days: int | None) -> None:
    """A key has a readable name, and expires within ten years or never."""
    with pytest.raises(InvalidValue):
        workspace.access.create_key(1, name, days=days)


def test_each_role_may_do_more_than_the_one_before() -> None:
    """A viewer may do least and an admin everything."""
    assert MAY[Role.VIEWER] < MAY[Role.ANALYST] < MAY[Role.ADMIN] == frozenset(Permission)
