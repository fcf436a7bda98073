"""A browser that signs in by the provider, step by step."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from httpx2 import Response
from pydantic import SecretStr

from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.signed_in import Site, signed_in_site
from tests.provider import Provider

SECRET = "what hwr and the provider share, and nobody else"  # noqa: S105  for as long as a test
ADA = "ada@example.org"
WHO = {"email": ADA, "email_verified": True, "preferred_username": "ada"}


@contextmanager
def site_with_provider(provider: Provider, settings: Settings, **changes: Any) -> Iterator[Site]:
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


def sent_to_provider(site: Site, then: str = "/") -> str:
    """Return the address at the provider to which the browser is sent."""
    answer = site.client.get("/sign-in/oidc", params={"next": then}, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(site: Site, address: str) -> Response:
    """Open the address to which the provider sends the browser back."""
    return site.client.get(address, follow_redirects=False)


def sign_in_by_provider(site: Site, provider: Provider, subject: str = "ada-1", then: str = "/") -> Response:
    """Sign in by the provider as one of its subjects."""
    return come_back(site, provider.vouch(sent_to_provider(site, then), subject))


def confirm_refused(site: Site, answer: Response, words: str, audit: str = "") -> None:
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
