"""Forged, replayed and failed sign-ins: each is refused, and the audit log says why."""

import base64
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from api.app import create_app
from hwr_core.auth.secrets import COOKIE
from hwr_core.errors import NotInstalled
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.auth.single_sign_on.browser import (
    SECRET,
    come_back,
    confirm_refused,
    sent_to_provider,
    sign_in_by_provider,
    site_with_provider,
)
from tests.api.signed_in import Site
from tests.provider import Provider

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
def test_a_forged_token_is_refused(shared: Site, provider: Provider, lie: str) -> None:
    """Issuer, audience, nonce, time and signature are all looked at; the log says which it was."""
    what, tell = FORGED[lie]
    tell(provider)
    confirm_refused(shared, sign_in_by_provider(shared, provider), "cannot be trusted", what)


def test_an_answer_is_valid_once(shared: Site, provider: Provider) -> None:
    """Neither the whole answer nor its code in an answer to another question works again."""
    back = provider.vouch(sent_to_provider(shared), "ada-1")
    assert come_back(shared, back).status_code == 303
    shared.client.cookies.delete(COOKIE)
    confirm_refused(shared, come_back(shared, back), "used already")
    code = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(sent_to_provider(shared)).query)["state"][0]
    again = come_back(shared, f"/sign-in/oidc/callback?code={code}&state={state}")
    confirm_refused(shared, again, "used already", "invalid_grant")


def test_an_answer_to_another_browser_is_refused(shared: Site, provider: Provider) -> None:
    """Nobody is signed in as somebody else by a link (login CSRF): state, nonce and verifier are the browser's."""
    back = provider.vouch(sent_to_provider(shared), "ada-1")
    shared.client.cookies.clear()
    confirm_refused(shared, come_back(shared, back), "began in another browser")
    sent_to_provider(shared)
    confirm_refused(shared, come_back(shared, back), "began in another browser")


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x", "?code=x&state=x", "?code=&state=", "?state=%00&code=%00"]
)
def test_a_made_up_answer_is_refused(shared: Site, query: str) -> None:
    """Whatever is sent, there is the page and a sentence."""
    sent_to_provider(shared)
    confirm_refused(shared, come_back(shared, f"/sign-in/oidc/callback{query}"), "Try again")


def test_a_forged_state_is_refused(shared: Site, provider: Provider) -> None:
    """The cookie of a sign-in under way is signed: a browser cannot choose the state that it is to be believed."""
    back = provider.vouch(sent_to_provider(shared), "ada-1")
    value = shared.client.cookies["hwr_sign_in"]
    payload, _, signature = value.partition(".")
    forged = base64.b64encode(base64.b64decode(payload).replace(b'"/"', b'"/x"')).decode()
    assert forged != payload
    shared.client.cookies.clear()
    headers = {"Cookie": f"hwr_sign_in={forged}.{signature}"}
    answer = shared.client.get(back, headers=headers, follow_redirects=False)
    confirm_refused(shared, answer, "began in another browser")


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_sign_in_leads_nowhere_else(shared: Site, provider: Provider, address: str) -> None:
    """A link to our sign-in cannot lead on to another site."""
    assert sign_in_by_provider(shared, provider, then=address).headers["Location"] == "/"


def test_a_refusal_at_the_provider_is_shown(shared: Site, provider: Provider) -> None:
    """A user may cancel at the provider; the error text in the address is not shown."""
    confirm_refused(shared, come_back(shared, provider.deny(sent_to_provider(shared))), "has refused the sign-in")
    answer = come_back(shared, "/sign-in/oidc/callback?error=access_denied&error_description=<b>Call+Eve</b>")
    assert "Call Eve" not in answer.text


def test_a_provider_that_does_not_answer_is_named(settings: Settings, provider: Provider) -> None:
    """The password still works; nobody sees a stack trace."""
    with site_with_provider(provider, settings, oidc_issuer="http://127.0.0.1:9") as site:
        answer = site.client.get("/sign-in/oidc", follow_redirects=False)
        confirm_refused(site, answer, "does not answer", "ConnectError")
        site.set_password(Role.VIEWER)
        assert site.sign_in(Role.VIEWER).status_code == 303


def test_a_server_without_the_extra_says_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The base of hwr has no Authlib; a server that is told of a provider does not start without it."""
    monkeypatch.delitem(sys.modules, "api.auth.single_sign_on", raising=False)
    monkeypatch.setitem(sys.modules, "authlib.integrations.starlette_client", None)
    told = {"auth": "required", "oidc_issuer": "https://id.example.org", "oidc_client_id": "hwr"}
    with pytest.raises(NotInstalled, match=r"Single sign-on needs Authlib.* `pip install 'hwr\[sso\]'`"):
        create_app(settings.model_copy(update=told))


def test_metadata_of_another_issuer_are_refused(settings: Settings, provider: Provider) -> None:
    """The metadata have to name the issuer at whose address they are (OpenID Connect Discovery, 4.3)."""
    elsewhere = provider.url.replace("http://", "http://any@")  # leads to the provider, whose issuer is without it
    with site_with_provider(provider, settings, oidc_issuer=elsewhere) as site:
        answer = site.client.get("/sign-in/oidc", follow_redirects=False)
        confirm_refused(site, answer, "cannot be trusted", "of another issuer")
