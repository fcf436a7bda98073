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
from tests.api.client import client_of, refusal
from tests.api.signed_in import HERE, Site, signed_in_site
from tests.provider import Provider, providing

SECRET = "what hwr and the provider share, and nobody else"  # noqa: S105  for as long as a test
ADA = "ada@example.org"
WHO = {"email": ADA, "email_verified": True, "preferred_username": "ada"}


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    """One provider for all tests of this module."""
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(started: Provider) -> Provider:
    """The provider, truthful and knowing Ada."""
    started.tell_the_truth()
    started.know("ada-1", **WHO)
    return started


@pytest.fixture
def site(settings: Settings, provider: Provider) -> Iterator[Site]:
    """A server whose viewer has Ada's address."""
    with _house_by(provider, settings) as site:
        yield site


@pytest.fixture(scope="module")
def opened(started: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Such a server for all tests that leave it as it is."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("single-sign-on") / "data")
    with _house_by(started, settings) as site:
        yield site


@pytest.fixture
def shared(opened: Site, provider: Provider) -> Site:
    """That server as a new browser finds it."""
    opened.client.cookies.clear()
    return opened


@contextmanager
def _house_by(provider: Provider, settings: Settings, **changes: Any) -> Iterator[Site]:
    """Open a server on which users sign in by the provider."""
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": "hwr",
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_name": "Example <ID>",
    }
    with signed_in_site(settings, **given | changes) as site:
        site.workspace.users.change(site.ids[Role.VIEWER], email=ADA.upper())
        yield site


def _sent(site: Site, then: str = "/") -> str:
    """Where the browser is sent to sign in."""
    answer = site.client.get("/sign-in/oidc", params={"next": then}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def _back(site: Site, address: str) -> Response:
    return site.client.get(address, follow_redirects=False)


def _sign_in(site: Site, provider: Provider, subject: str = "ada-1", then: str = "/") -> Response:
    return _back(site, provider.vouch(_sent(site, then), subject))


def _confirm_refused(site: Site, answer: Response, words: str, audit: str = "") -> None:
    """Check that the page says why the sign-in failed, that nobody is signed in, and that the audit log says why."""
    assert answer.status_code == 401
    assert words in answer.text
    assert "Sign in with Example &lt;ID&gt;" in answer.text
    assert "Traceback" not in answer.text
    assert COOKIE not in site.client.cookies
    [newest, *_] = site.workspace.access.audit()
    assert (newest.act, newest.address) == ("sign-in refused", "testclient")
    assert words in newest.about
    assert audit in newest.about


# Coming in


def test_whom_the_provider_vouches_for_comes_in(site: Site, provider: Provider) -> None:
    """From the button to the page that was wanted, with a session like any other."""
    page = site.client.get("/sign-in?next=/history?of=all").text
    assert '<a class="with" href="/sign-in/oidc?next=%2Fhistory%3Fof%3Dall">Sign in with Example &lt;ID&gt;</a>' in page
    answer = _sign_in(site, provider, then="/history?of=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?of=all")
    assert "; httponly" in answer.headers["Set-Cookie"].lower()
    assert site.client.get("/api/me").json()["user_id"] == site.ids[Role.VIEWER]
    [newest, *_] = site.workspace.access.audit()
    assert (newest.act, newest.user_id) == ("signed in", site.ids[Role.VIEWER])
    assert site.workspace.access.account(site.ids[Role.VIEWER]).is_linked


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


def test_a_user_stays_who_they_are(site: Site, provider: Provider) -> None:
    """After the first time the subject counts: neither a new address nor somebody with the old one changes that."""
    _sign_in(site, provider)
    provider.know("ada-1", email="countess@example.org", email_verified=True)
    provider.know("eve-2", **WHO)
    site.client.cookies.clear()
    _confirm_refused(site, _sign_in(site, provider, "eve-2"), "another account")
    assert _sign_in(site, provider).status_code == 303
    assert site.client.get("/api/me").json()["user_id"] == site.ids[Role.VIEWER]


def test_a_session_before_it_ends(site: Site, provider: Provider) -> None:
    """A planted session id, or the session of another user in this browser, is worthless afterwards."""
    site.set_password(Role.ADMIN)
    site.sign_in(Role.ADMIN)
    before = site.client.cookies[COOKIE]
    _sign_in(site, provider)
    after = site.client.cookies[COOKIE]
    assert before != after
    site.client.cookies.clear()
    refusal(site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={before}"}), 401)
    assert site.client.get("/api/me", headers={"Cookie": f"{COOKIE}={after}"}).json()["role"] == "viewer"


def test_an_admin_says_who_somebody_is(site: Site, provider: Provider) -> None:
    """The log names the refused subject; linked to a user, it signs in as that user."""
    provider.know("nameless-9")
    _confirm_refused(site, _sign_in(site, provider, "nameless-9"), "Nobody here has this account", "nameless-9")
    access, analyst = site.workspace.access, site.ids[Role.ANALYST]
    access.link(analyst, "nameless-9")
    assert _sign_in(site, provider, "nameless-9").status_code == 303
    assert site.client.get("/api/me").json()["user_id"] == analyst
    access.unlink(analyst)
    refusal(site.client.get("/api/me"), 401)
    site.client.cookies.clear()
    _confirm_refused(site, _sign_in(site, provider, "nameless-9"), "Nobody here has this account")


def test_whoever_may_join_becomes_a_viewer(settings: Settings, provider: Provider) -> None:
    """Of the domains allowed, by a verified address; the name is theirs alone."""
    with _house_by(provider, settings, oidc_create_for="example.org, other.example") as site:
        site.workspace.users.create("GRACE")
        provider.know("grace-1", email="grace@example.org", email_verified=True, preferred_username="Grace")
        assert _sign_in(site, provider, "grace-1").status_code == 303
        me = site.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("Grace 2", "viewer")
        assert site.workspace.users.get(me["user_id"]).email == "grace@example.org"
        site.client.cookies.clear()
        eves: dict[str, dict[str, Any]] = {
            "eve-1": {"email": "eve@example.org"},
            "eve-2": {"email": "eve@evil.example", "email_verified": True},
            "eve-3": {"email": "eve@sub.example.org", "email_verified": True},
        }
        for subject, claims in eves.items():
            provider.know(subject, **claims)
            _confirm_refused(site, _sign_in(site, provider, subject), "Nobody here has this account")
        assert len(site.workspace.users.all()) == 2 + len(Role) + 1


def test_everybody_may_join_where_that_is_said(settings: Settings, provider: Provider) -> None:
    """An unverified address is neither stored nor matched; a name that is not allowed is not used."""
    provider.know("eve", email=ADA, preferred_username="=cmd|' /C calc'!A0")
    with _house_by(provider, settings, oidc_create_for="*") as site:
        assert _sign_in(site, provider, "eve").status_code == 303
        me = site.client.get("/api/me").json()
        assert (me["username"], me["role"]) == ("somebody", "viewer")
        assert site.workspace.users.get(me["user_id"]).email is None


# Whom it does not vouch for


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_an_address_that_is_not_verified_is_nobodys(shared: Site, provider: Provider, verified: object) -> None:
    """Anybody may write somebody's address into their profile."""
    provider.know("eve", email=ADA, email_verified=verified)
    _confirm_refused(shared, _sign_in(shared, provider, "eve"), "Nobody here has this account")


@pytest.mark.parametrize("when", ["before", "after"])
def test_somebody_deactivated_stays_out(site: Site, provider: Provider, when: str) -> None:
    """Whether or not they had come in by the provider before."""
    if when == "after":
        _sign_in(site, provider)
        site.client.cookies.clear()
    site.workspace.users.change(site.ids[Role.VIEWER], is_active=False)
    _confirm_refused(site, _sign_in(site, provider), "You are deactivated here")
    assert site.workspace.users.get(site.ids[Role.VIEWER]).is_active is False


def test_an_address_that_several_have_is_nobodys(site: Site, provider: Provider) -> None:
    """Nobody is signed in as the first that matches."""
    site.workspace.users.change(site.ids[Role.ADMIN], email=ADA)
    _confirm_refused(site, _sign_in(site, provider), "Several people here have your email address")


def test_whoever_was_forgotten_is_nobody(site: Site, provider: Provider) -> None:
    """The linked account is deleted with its user."""
    _sign_in(site, provider)
    site.client.cookies.clear()
    site.workspace.users.delete(site.ids[Role.VIEWER])
    _confirm_refused(site, _sign_in(site, provider), "Nobody here has this account")


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
    _confirm_refused(shared, _sign_in(shared, provider), "cannot be trusted", what)


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
    """A user may cancel at the provider; the error text in the address is not shown."""
    _confirm_refused(shared, _back(shared, provider.deny(_sent(shared))), "has refused the sign-in")
    answer = _back(shared, "/sign-in/oidc/callback?error=access_denied&error_description=<b>Call+Eve</b>")
    assert "Call Eve" not in answer.text


def test_a_provider_that_is_away_is_told(settings: Settings, provider: Provider) -> None:
    """The password still works; nobody sees a stack trace."""
    with _house_by(provider, settings, oidc_issuer="http://127.0.0.1:9") as site:
        answer = site.client.get("/sign-in/oidc", follow_redirects=False)
        _confirm_refused(site, answer, "does not answer", "ConnectError")
        site.set_password(Role.VIEWER)
        assert site.sign_in(Role.VIEWER).status_code == 303


def test_metadata_of_another_issuer_are_not_believed(settings: Settings, provider: Provider) -> None:
    """The metadata have to name the issuer at whose address they are (OpenID Connect Discovery, 4.3)."""
    elsewhere = provider.url.replace("http://", "http://any@")  # leads to the provider, whose issuer is without it
    with _house_by(provider, settings, oidc_issuer=elsewhere) as site:
        answer = site.client.get("/sign-in/oidc", follow_redirects=False)
        _confirm_refused(site, answer, "cannot be trusted", "of another issuer")


def test_without_a_provider_there_is_no_button(settings: Settings, client: TestClient) -> None:
    """The addresses are none either, with sign-in or without."""
    refusal(client.get("/sign-in/oidc"), 404)
    with client_of(settings.model_copy(update={"auth": "required", "data_dir": settings.data_dir / "2"})) as other:
        assert "Sign in with" not in other.get("/sign-in").text
        refusal(other.get("/sign-in/oidc/callback?code=x&state=x", headers=HERE), 404)
