"""A server that requires sign-in, and a user of each role on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from hwr_core.app.workspace import Workspace
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import client_of

PASSWORD = "a fair few plain words"  # noqa: S105  of users who exist as long as a test
HERE = {"Origin": "http://testserver"}
"""The header that a browser sends with a form of this server's own page."""


@dataclass(frozen=True)
class Site:
    """A client of the server, its workspace without authorisation, and the ids and API keys of the users."""

    client: TestClient
    workspace: Workspace
    ids: dict[Role, int]
    keys: dict[Role, str]

    def ask(self, role: Role | None, method: str, path: str, **more: Any) -> Response:
        """Send a request as the user of a role, by API key; without credentials for None."""
        headers = {} if role is None else {"X-API-Key": self.keys[role]}
        return self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)

    def sign_in(self, role: Role, password: str = PASSWORD, **more: Any) -> Response:
        """Send the form of the sign-in page as the user of a role."""
        sent = {"username": str(role), "password": password} | more
        return self.client.post("/sign-in", data=sent, headers=HERE, follow_redirects=False)

    def token(self, role: Role) -> str:
        """Return a token of the user of a role, who has a password."""
        sent = {"username": str(role), "password": PASSWORD}
        token: str = self.client.post("/api/token", data=sent).json()["access_token"]
        return token

    def set_password(self, role: Role) -> None:
        """Give the user of a role a password."""
        self.workspace.access.set_password(self.ids[role], PASSWORD)


@contextmanager
def signed_in_site(settings: Settings, **changes: Any) -> Iterator[Site]:
    """Run such a server with these settings, some of them changed."""
    with client_of(settings.model_copy(update={"auth": "required", **changes})) as client:
        workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
        ids = {role: workspace.users.create(str(role)).id for role in Role}
        for role, user_id in ids.items():
            workspace.access.set_role(user_id, role)
        keys = {role: workspace.access.create_key(user_id, "tests").key for role, user_id in ids.items()}
        yield Site(client, workspace, ids, keys)
