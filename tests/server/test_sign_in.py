"""Sign-in in front of the whole server, the dashboard's pages, files and WebSocket included."""

import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from hwr_core.app.workspace import Workspace
from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.serving import Server, serving

PASSWORD = "a fair few plain words"  # noqa: S105  of a user who exists as long as a test


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one user who can sign in."""
    return _with_ada(tmp_path_factory.mktemp("signed-in") / "data")


def _with_ada(folder: Path) -> Path:
    with Workspace(Settings(data_dir=folder)) as workspace:
        ada = workspace.users.create("Ada").id
        workspace.access.set_password(ada, PASSWORD)
        workspace.access.set_role(ada, Role.VIEWER)
    return folder


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    """The real server, which requires sign-in."""
    with serving(data_dir, HWR_AUTH="required") as server:
        yield server


def _ask(
    server: Server, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None
) -> HTTPResponse:
    with closing(server.connect()) as connection:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        response.read()
        return response


def _sign_in(server: Server) -> dict[str, str]:
    """The headers of a browser in which Ada is signed in."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.url}
    form = urlencode({"username": "Ada", "password": PASSWORD})
    answer = _ask(server, "POST", "/sign-in", headers, form)
    assert answer.status == 303
    token = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE].value
    return {"Cookie": f"{COOKIE}={token}", "Origin": server.url}


def _stream(server: Server, headers: dict[str, str]) -> ClientConnection:
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    cookie = {name: value for name, value in headers.items() if name == "Cookie"}
    return connect(address, additional_headers=cookie, origin=headers.get("Origin"), subprotocols=["streamlit"])  # type: ignore[arg-type, list-item]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/history"),
        ("GET", "/media/any.png"),
        ("GET", "/component/any/index.html"),
        ("GET", "/static/index.html"),
        ("GET", "/_stcore/health"),
        ("GET", "/_stcore/host-config"),
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("GET", "/api/users"),
        ("GET", "//api/users"),
        ("GET", "/%61pi/users"),
        ("GET", "/health/../api/users"),
    ],
)
def test_nothing_is_given_to_whoever_is_not_signed_in(server: Server, method: str, path: str) -> None:
    """Neither a page, an image, an upload nor an address written in another way."""
    assert _ask(server, method, path).status == 401


def test_the_websocket_is_refused_without_a_session(server: Server) -> None:
    """The channel through which pages come requires sign-in, too."""
    for headers in ({}, {"Cookie": f"{COOKIE}=made-up", "Origin": server.url}):
        with pytest.raises(InvalidStatus) as refused:
            _stream(server, headers)
        assert refused.value.response.status_code == 403


def test_the_websocket_is_refused_to_another_sites_page(server: Server) -> None:
    """A visitor's cookie is of no use to it."""
    headers = _sign_in(server) | {"Origin": "https://evil.example"}
    with pytest.raises(InvalidStatus):
        _stream(server, headers)


def test_whoever_signs_out_is_hung_up_on(server: Server) -> None:
    """An open page can do nothing more once its session has ended, within moments of it."""
    headers = _sign_in(server)
    with _stream(server, headers) as channel:
        assert _ask(server, "POST", "/sign-out", headers).status == 303
        patience = time.monotonic() + 20
        with pytest.raises(ConnectionClosed):
            while time.monotonic() < patience:
                channel.send(b"")
                time.sleep(0.05)
    assert _ask(server, "GET", "/", headers).status == 401


def test_pages_come_with_a_policy_that_lets_them_work(server: Server) -> None:
    """The page's own script is named in the policy of its answer."""
    answer = _ask(server, "GET", "/", _sign_in(server))
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status == 200
    assert "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def _guess(server: Server, client: str) -> int:
    """Guess a password through a proxy that names its client, and return the status."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": client}
    return _ask(server, "POST", "/api/token", headers, urlencode({"username": "Ada", "password": "guess"})).status


def test_a_trusted_proxy_names_its_clients(server: Server) -> None:
    """Each has its own five guesses; what a client says of itself, before the proxy's own word, counts for nothing."""
    assert [_guess(server, "203.0.113.1") for _ in range(6)] == [401] * 5 + [429]
    assert _guess(server, "203.0.113.2") == 401
    assert _guess(server, "198.51.100.9, 203.0.113.1") == 429


def test_nobody_else_names_clients(tmp_path: Path) -> None:
    """Without a trusted proxy another address in the header is no other address."""
    with serving(_with_ada(tmp_path / "data"), HWR_AUTH="required", HWR_TRUSTED_PROXIES="192.0.2.0/24") as server:
        outcomes = [_guess(server, f"203.0.113.{number}") for number in range(12)]
    assert outcomes.count(429) >= 2
