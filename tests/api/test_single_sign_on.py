"""Sign-in by an identity provider: whom it vouches for comes in, and nobody else, whatever they send."""

import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.conftest import client_of, refusal
from tests.api.signed_in import HERE, Site, signed_in_site
from tests.provider import Provider, providing

SECRET = "what hwr and the provider share, and nobody else"  # noqa: S105  for as long as a test
ADA = "ada@example.org"
WHO = {"email": ADA, "email_verified": True, "preferred_username": "ada"}


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    """One provider for all tests here."""
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    """The provider, truthful and knowing Ada."""
    started.tell_the_truth()
    started.know("ada-1", **WHO)
    return started


@pytest.fixture
def unrestricted(settings: Settings, provider: Provider) -> Iterator[Site]:
    """A server whose viewer has Ada's address."""
    with _house_by(provider, settings) as unrestricted:
        yield unrestricted


@pytest.fixture(scope="module")
def opened(started: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Such a server for all tests that leave it as it is."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("single-sign-on") / "data")
    with _house_by(started, settings) as unrestricted:
        yield unrestricted


@pytest.fixture
def shared(opened: Site, provider: Provider) -> Site:
    """That server as a new browser finds it."""
    opened.client.cookies.clear()
    return opened


@contextmanager
def _house_by(provider: Provider, settings: Settings, **changes: Any) -> Iterator[Site]:
    """Open a server on which people sign in by the provider."""
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": "hwr",
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_name": "Example <ID>",
    }
    with signed_in_site(settings, **given | changes) as unrestricted:
        unrestricted.workspace.users.change(unrestricted.ids[Role.VIEWER], email=ADA.upper())
        yield unrestricted


def _sent(unrestricted: Site, then: str = "/") -> str:
    """Where the browser is sent to sign in."""
    answer = unrestricted.client.get("/sign-in/oidc", params={"next": then}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def _back(unrestricted: Site, address: str) -> Response:
    return unrestricted.client.get(address, follow_redirects=False)


def _sign_in(unrestricted: Site, provider: Provider, subject: str = "ada-1", then: str = "/") -> Response:
    return _back(unrestricted, provider.vouch(_sent(unrestricted, then), subject))


def _confirm_refused(unrestricted: Site, answer: Response, words: str, audit: str = "") -> None:
    """Check that somebody was told in words, on the page, and is not in; and that admins can read why."""
    assert answer.status_code == 401
    assert words in answer.text
    assert "Sign in with Example &lt;ID&gt;" in answer.text
    assert "Traceback" not in answer.text
    assert COOKIE not in unrestricted.client.cookies
    [newest, *_] = unrestricted.workspace.access.audit()
    assert (newest.act, newest.address) == ("sign-in refused", "testclient")
    assert words in newest.about
    assert audit in newest.about


# Coming in


def test_whom_the_provider_vouches_for_comes_in(unrestricted: Site, provider: Provider) -> None:
    """From the button to the page that was wanted, with a session like any other."""
    page = unrestricted.client.get("/sign-in?next=/history?of=all").text
    assert '<a class="with" href="/sign-in/oidc?next=%2Fhistory%3Fof%3Dall">Sign in with Example &lt;ID&gt;</a>' in page
    answer = _sign_in(unrestricted, provider, then="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    assert "; httponly" in answer.headers["Set-Cookie"].lower()
    assert unrestricted.client.get("/api/me").json()["user_id"] == unrestricted.ids[Role.VIEWER]
    [newest, *_] = unrestricted.workspace.access.audit()
    assert (newest.act, newest.user_id) == ("signed in", unrestricted.ids[Role.VIEWER])
    assert unrestricted.workspace.access.account(unrestricted.ids[Role.VIEWER]).is_linked


def test_state_nonce_and_pkce_are_new_each_time(shared: Site, provider: Provider) -> None:
    """What ties the answer to the question is random, and the verifier is shown to the provider alone."""
    first, second = (parse_qs(urlsplit(_sent(shared)).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 20
        assert first[name] != second[name]
    assert second["code_challenge_method"] == ["S256"]
    assert second["redirect_uri"] == ["http://testserver/sign-in/oidc/callback"]
    sent = _sent(shared)
    assert _back(shared, provider.vouch(sent, "ada-1")).status_code == 303
    verifier = provider.asked[-1]["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert parse_qs(urlsplit(sent).query)["code_challenge"] == [challenge]


def test_a_user_stays_who_they_are(unrestricted: Site, provider: Provider) -> None:
    """After the first time the subject counts: neither a new address nor somebody with the old one changes that."""
    _sign_in(unrestricted, provider)
    provider.know("ada-1", email="countess@example.org", email_verified=True)
    provider.know("eve-2", **WHO)
    unrestricted.client.cookies.clear()
    _confirm_refused(unrestricted, _sign_in(unrestricted, provider, "eve-2"), "another account")
    assert _sign_in(unrestricted, provider).status_code == 303
    assert unrestricted.client.get("/api/me").json()["user_id"] == unrestricted.ids[Role.VIEWER]


def test_a_session_before_it_ends(unrestricted: Site, provider: Provider) -> None:
    """A token that somebody planted, or whoever was signed in here, is worth nothing afterwards."""
    unrestricted.let_in(Role.ADMIN)
    unrestricted.sign_in(Role.ADMIN)
    before = unrestricted.client.cookies[COOKIE]
    _sign_in(unrestricted, provider)
    after = unrestricted.client.cookies[COOKIE]
    assert before != after
    unrestricted.client.cookies.clear()
    refusal(unrestricted.client.get("/api/me", headers={"Cookie": f"{COOKIE}={before}"}), 401)
    assert unrestricted.client.get("/api/me", headers={"Cookie": f"{COOKIE}={after}"}).json()["role"] == "viewer"


def test_an_admin_says_who_somebody_is(unrestricted: Site, provider: Provider) -> None:
    """The log tells the subject of whoever was refused; linked to a person, it comes in as that person."""
    provider.know("nameless-9")
    _confirm_refused(
        unrestricted, _sign_in(unrestricted, provider, "nameless-9"), "There is no user for this account", "nameless-9"
    )
    access, analyst = unrestricted.workspace.access, unrestricted.ids[Role.ANALYST]
    access.link(analyst, "nameless-9")
    assert _sign_in(unrestricted, provider, "nameless-9").status_code == 303
    assert unrestricted.client.get("/api/me").json()["user_id"] == analyst
    access.unlink(analyst)
    refusal(unrestricted.client.get("/api/me"), 401)
    unrestricted.client.cookies.clear()
    _confirm_refused(unrestricted, _sign_in(unrestricted, provider, "nameless-9"), "There is no user for this account")


def test_whoever_may_join_becomes_a_viewer(settings: Settings, provider: Provider) -> None:
    """Of the domains allowed, by a verified address; the name is theirs alone."""
    with _house_by(provider, settings, oidc_create_for="example.org, other.example") as unrestricted:
        unrestricted.workspace.users.create("GRACE")
        provider.know("grace-1", email="grace@example.org", email_verified=True, preferred_username="Grace")
        assert _sign_in(unrestricted, provider, "grace-1").status_code == 303
        me = unrestricted.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("Grace 2", "viewer")
        assert unrestricted.workspace.users.get(me["user_id"]).email == "grace@example.org"
        unrestricted.client.cookies.clear()
        eves: dict[str, dict[str, Any]] = {
            "eve-1": {"email": "eve@example.org"},
            "eve-2": {"email": "eve@evil.example", "email_verified": True},
            "eve-3": {"email": "eve@sub.example.org", "email_verified": True},
        }
        for subject, claims in eves.items():
            provider.know(subject, **claims)
            _confirm_refused(unrestricted, _sign_in(unrestricted, provider, subject), "There is no user for this account")
        assert len(unrestricted.workspace.users.all()) == 2 + len(Role) + 1


def test_everybody_may_join_where_that_is_said(settings: Settings, provider: Provider) -> None:
    """An address that nobody has verified is neither kept nor whoever's it is; a name that is none is not taken."""
    provider.know("eve", email=ADA, preferred_username="=cmd|' /C calc'!A0")
    with _house_by(provider, settings, oidc_create_for="*") as unrestricted:
        assert _sign_in(unrestricted, provider, "eve").status_code == 303
        me = unrestricted.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("somebody", "viewer")
        assert unrestricted.workspace.users.get(me["user_id"]).email is None


# Whom it does not vouch for


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_an_address_that_is_not_verified_is_nobodys(shared: Site, provider: Provider, verified: object) -> None:
    """Anybody may write somebody's address into their profile."""
    provider.know("eve", email=ADA, email_verified=verified)
    _confirm_refused(shared, _sign_in(shared, provider, "eve"), "There is no user for this account")


@pytest.mark.parametrize("when", ["before", "after"])
def test_somebody_deactivated_stays_out(unrestricted: Site, provider: Provider, when: str) -> None:
    """Whether or not they had come in by the provider before."""
    if when == "after":
        _sign_in(unrestricted, provider)
        unrestricted.client.cookies.clear()
    unrestricted.workspace.users.change(unrestricted.ids[Role.VIEWER], is_active=False)
    _confirm_refused(unrestricted, _sign_in(unrestricted, provider), "Your user is deactivated")
    assert unrestricted.workspace.users.get(unrestricted.ids[Role.VIEWER]).is_active is False


def test_an_address_that_several_have_is_nobodys(unrestricted: Site, provider: Provider) -> None:
    """Nobody is let in as whichever comes first."""
    unrestricted.workspace.users.change(unrestricted.ids[Role.ADMIN], email=ADA)
    _confirm_refused(unrestricted, _sign_in(unrestricted, provider), "Several users have your email address")


def test_whoever_was_forgotten_is_nobody(unrestricted: Site, provider: Provider) -> None:
    """With a person goes the account at the provider."""
    _sign_in(unrestricted, provider)
    unrestricted.client.cookies.clear()
    unrestricted.workspace.users.delete(unrestricted.ids[Role.VIEWER])
    _confirm_refused(unrestricted, _sign_in(unrestricted, provider), "There is no user for this account")


# Forged and used answers


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)

FORGED: dict[str, tuple[str, Callable[[Provider], None]]] = {
    "another nonce": ("'nonce'", lambda provider: provider.lies.update(nonce="another")),
    "no nonce": ("'nonce'", lambda provider: provider.lies.update(nonce=None)),
    "another audience": ("'aud'", lambda provider: provider.lies.update(aud="another")),
    "another audience, for us": ("'aud'", lambda provider: provider.lies.update(aud="another", azp="hwr")),
    "no audience": ("'aud'", lambda provider: provider.lies.update(aud=None)),
    "another party": ("'azp'", lambda provider: provider.lies.update(azp="another")),
    "another issuer": ("'iss'", lambda provider: provider.lies.update(iss="https://evil.example")),
    "no issuer": ("'iss'", lambda provider: provider.lies.update(iss=None)),
    "past its time": ("ExpiredTokenError", lambda provider: provider.lies.update(exp=int(time.time()) - 3600)),
    "no end": ("'exp'", lambda provider: provider.lies.update(exp=None)),
    "not yet": ("not yet valid", lambda provider: provider.lies.update(nbf=int(time.time()) + 3600)),
    "no subject": ("'sub'", lambda provider: provider.lies.update(sub=None)),
    "another key": ("BadSignatureError", lambda provider: setattr(provider, "forged_with", (STRANGER, "RS256"))),
    "no signature": ("UnsupportedAlgorithmError", lambda provider: setattr(provider, "forged_with", ("", "none"))),
    "the client's secret": (
        "UnsupportedAlgorithmError",
        lambda provider: setattr(provider, "forged_with", (SECRET, "HS256")),
    ),
}


@pytest.mark.parametrize("lie", FORGED)
def test_a_token_that_is_not_the_providers_word_for_us_is_refused(shared: Site, provider: Provider, lie: str) -> None:
    """Issuer, audience, nonce, time and signature are all looked at; the log says which it was."""
    what, tell = FORGED[lie]
    tell(provider)
    _confirm_refused(shared, _sign_in(shared, provider), "says cannot be trusted", what)


def test_an_answer_is_good_once(shared: Site, provider: Provider) -> None:
    """Neither the whole answer nor its code in an answer to another question works again."""
    back = provider.vouch(_sent(shared), "ada-1")
    assert _back(shared, back).status_code == 303
    shared.client.cookies.delete(COOKIE)
    _confirm_refused(shared, _back(shared, back), "used already")
    code = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(_sent(shared)).query)["state"][0]
    again = _back(shared, f"/sign-in/oidc/callback?code={code}&state={state}")
    _confirm_refused(shared, again, "used already", "invalid_grant")


def test_an_answer_to_another_browser_is_refused(shared: Site, provider: Provider) -> None:
    """Nobody is signed in as somebody else by a link (login CSRF): state, nonce and verifier are the browser's."""
    back = provider.vouch(_sent(shared), "ada-1")
    shared.client.cookies.clear()
    _confirm_refused(shared, _back(shared, back), "began in another browser")
    _sent(shared)
    _confirm_refused(shared, _back(shared, back), "began in another browser")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=x", "?code=&state=", "?state=%00&code=%00"]
)
def test_a_made_up_answer_is_refused(shared: Site, query: str) -> None:
    """Whatever is sent, there is the page and a sentence."""
    _sent(shared)
    _confirm_refused(shared, _back(shared, f"/sign-in/oidc/callback{query}"), "Try again")


def test_a_forged_memory_is_none(shared: Site, provider: Provider) -> None:
    """The cookie of a sign-in under way is signed: a browser cannot choose the state that it is to be believed."""
    back = provider.vouch(_sent(shared), "ada-1")
    value = shared.client.cookies["hwr_sign_in"]
    payload, _, signature = value.partition(".")
    forged = base64.b64encode(base64.b64decode(payload).replace(b'"/"', b'"/x"')).decode()
    assert forged != payload
    shared.client.cookies.clear()
    headers = {"Cookie": f"hwr_sign_in={forged}.{signature}"}
    answer = shared.client.get(back, headers=headers, follow_redirects=False)
    _confirm_refused(shared, answer, "began in another browser")


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(shared: Site, provider: Provider, address: str) -> None:
    """A link to our sign-in cannot lead on to another site."""
    assert _sign_in(shared, provider, then=address).headers["Location"] == "/"


# When it fails


def test_whoever_says_no_there_is_told_so(shared: Site, provider: Provider) -> None:
    """A person may change their mind at the provider; what an address says of it is not repeated."""
    _confirm_refused(shared, _back(shared, provider.deny(_sent(shared))), "You were not let in by")
    answer = _back(shared, "/sign-in/oidc/callback?error=access_denied&error_description=<b>Call+Eve</b>")
    assert "Call Eve" not in answer.text


def test_a_provider_that_is_away_is_told(settings: Settings, provider: Provider) -> None:
    """The password still works; nobody sees a stack trace."""
    with _house_by(provider, settings, oidc_issuer="http://127.0.0.1:9") as unrestricted:
        answer = unrestricted.client.get("/sign-in/oidc", follow_redirects=False)
        _confirm_refused(unrestricted, answer, "Nothing was heard from", "ConnectError")
        unrestricted.let_in(Role.VIEWER)
        assert unrestricted.sign_in(Role.VIEWER).status_code == 303


def test_metadata_of_another_issuer_are_not_believed(settings: Settings, provider: Provider) -> None:
    """Whoever answers at the address has to be whom it names (OpenID Connect Discovery, 4.3)."""
    elsewhere = provider.url.replace("http://", "http://any@")  # leads to the provider, whose issuer is without it
    with _house_by(provider, settings, oidc_issuer=elsewhere) as unrestricted:
        answer = unrestricted.client.get("/sign-in/oidc", follow_redirects=False)
        _confirm_refused(unrestricted, answer, "says cannot be trusted", "of another issuer")


def test_without_a_provider_there_is_no_button(settings: Settings, client: TestClient) -> None:
    """The addresses are none either, with sign-in or without."""
    refusal(client.get("/sign-in/oidc"), 404)
    with client_of(settings.model_copy(update={"auth": "required", "data_dir": settings.data_dir / "2"})) as other:
        assert "Sign in with" not in other.get("/sign-in").text
        refusal(other.get("/sign-in/oidc/callback?code=x&state=x", headers=HERE), 404)
