"""Open channels."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession

from hwr_core.records.roles import Role
from tests.api.live.channel import DRAW
from tests.api.signed_in import Site


@pytest.fixture
def pen(client: TestClient) -> Iterator[WebSocketTestSession]:
    """An open channel for drawings."""
    with client.websocket_connect(DRAW) as channel:
        yield channel


@pytest.fixture
def opened(site: Site) -> Callable[..., WebSocketTestSession]:
    """Open a channel as the user of a role, by API key."""

    def opened(path: str, role: Role | None, **headers: str) -> WebSocketTestSession:
        key = {} if role is None else {"X-API-Key": site.keys[role]}
        return site.client.websocket_connect(path, headers=key | headers)

    return opened
