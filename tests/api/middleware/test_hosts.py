"""Host names that somebody else may have pointed at this server."""

import pytest
from starlette.websockets import WebSocketDisconnect

from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.api.client import client_of, refusal
from tests.api.signed_in import signed_in_site

THEIRS = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example.",
    "[::1",
    "a@evil.example",
]
OURS = [
    "127.0.0.1:8000",
    "[::1]:8000",
    "localhost:8000",
    "LOCALHOST.",
    "192.168.1.5",
    "hwr",
    "pi.local",
    "hwr.localhost:80",
]


@pytest.mark.parametrize("open_to_all", [False, True])
def test_a_foreign_host_name_is_refused_without_sign_in(settings: Settings, *, open_to_all: bool) -> None:
    """A page of evil.example whose name points to this machine gets nothing: not the API, no page, no channel."""
    with client_of(settings.model_copy(update={"allow_open": open_to_all})) as client:
        for host in THEIRS:
            asked = {"Host": host, "Origin": f"http://{host}"}
            for method, path in (("GET", "/api/users"), ("POST", "/api/users"), ("GET", "/"), ("GET", "/health")):
                words = refusal(client.request(method, path, json={"username": "Mallory"}, headers=asked), 403)
                assert "HWR_ALLOWED_HOSTS" in words
            with (
                pytest.raises(WebSocketDisconnect) as refused,
                client.websocket_connect("/_stcore/stream", headers=asked),
            ):
                pass
            assert refused.value.code == 1008
        for host in OURS:
            assert client.get("/api/users", headers={"Host": host}).json()["count"] == 1, host


def test_the_name_of_a_proxy_is_accepted_when_it_is_allowed(settings: Settings) -> None:
    """HWR_ALLOWED_HOSTS adds host names; the server's own addresses are accepted as before."""
    names = Settings(allowed_hosts="hwr.example.org, *.Lab.example").allowed_hosts
    with client_of(settings.model_copy(update={"allowed_hosts": names})) as client:
        for host in ("hwr.example.org", "HWR.example.org:443", "one.lab.example", "127.0.0.1:8000"):
            assert client.get("/health/live", headers={"Host": host}).status_code == 200, host
        for host in ("example.org", "xhwr.example.org", "lab.example", "lab.example.evil.example"):
            refusal(client.get("/health/live", headers={"Host": host}), 403)


def test_where_users_sign_in_any_name_will_do_until_some_are_allowed(settings: Settings) -> None:
    """A foreign host name comes without our cookie, so proxies need not be named there."""
    with signed_in_site(settings) as site:
        assert site.ask(Role.VIEWER, "GET", "/api/me", headers={"Host": "hwr.example.org"}).status_code == 200
        refusal(site.client.get("/api/me", headers={"Host": "evil.example"}), 401)
    with client_of(settings.model_copy(update={"auth": "required", "allowed_hosts": "hwr.example.org"})) as client:
        refusal(client.get("/api/me", headers={"Host": "hwr.example.org"}), 401)
        refusal(client.get("/api/me", headers={"Host": "evil.example"}), 403)
