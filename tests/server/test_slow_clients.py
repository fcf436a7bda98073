"""Clients that send and read byte by byte, on every route at once: whoever works beside them notices nothing."""

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.settings import PROJECT, Settings
from tests.benchmarks.history import fill
from tests.handwriting import drawing, png
from tests.server.test_heavy_bodies import peak_memory
from tests.serving import Server, predict, serving

pytestmark = pytest.mark.slow

EACH = 4
"""Slow clients of every route."""
PREDICTIONS = 30_000
BODY = 5_000
"""Bytes that a slow client announces."""
IN_PATHS = {"version": "champion"}
"""What stands in a path; an id otherwise."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a history whose exports are megabytes."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("slow") / "data", models_dir=PROJECT / "models")
    with Workspace(settings) as workspace:
        fill(workspace, PREDICTIONS, 10)
    with serving(settings.data_dir) as server:
        yield server


def _operations(server: Server) -> list[tuple[str, str]]:
    with closing(server.connect()) as connection:
        connection.request("GET", "/openapi.json")
        document = json.loads(connection.getresponse().read())["paths"]
    found = [
        (method.upper(), path) for path, operations in document.items() for method in operations if method != "delete"
    ]
    return [("GET", "/"), ("GET", "/docs"), *found]


def _filled(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: IN_PATHS.get(found[1], "1"), path)


def _read(connection: HTTPConnection, path: str) -> None:
    connection.request("GET", _filled(path))
    connection.getresponse().read()


def _slow_client(server: Server, method: str, path: str) -> socket.socket:
    """A client with hardly any room for the answer, that has sent a request, or the beginning of one with a body."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    head = f"{method} {_filled(path)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if method in ("POST", "PUT", "PATCH"):
        head += f"Content-Type: application/json\r\nContent-Length: {BODY}\r\n"
    client.sendall(f"{head}\r\n".encode())
    return client


def _byte_by_byte(clients: list[tuple[str, socket.socket]]) -> None:
    for method, client in clients:
        try:
            if method in ("POST", "PUT", "PATCH"):
                client.send(b" ")
            else:
                client.recv(1)
        except OSError:  # sent away, which is the server's right
            continue


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Memory is looked up in /proc.")
@pytest.mark.long
def test_slow_clients_of_every_route_hold_up_nobody(server: Server) -> None:
    """Beside several on each route predictions and figures are there within seconds, and memory hardly grows."""
    with ExitStack() as crowd, closing(server.connect()) as working:
        predict(working, png(drawing(3)))
        operations = _operations(server)
        for method, path in operations:
            if method == "GET":
                _read(working, path)  # what is loaded once, such as pandas and Arrow, does not count
        before = peak_memory(server)
        clients = [
            (method, crowd.enter_context(closing(_slow_client(server, method, path))))
            for method, path in operations
            for _ in range(EACH)
        ]
        assert len(clients) > 200
        time.sleep(2.0)
        slowest = 0.0
        for number in range(20):
            _byte_by_byte(clients)
            started = time.perf_counter()
            assert predict(working, png(drawing(number % 10)))["predicted_digit"] == number % 10
            working.request("GET", "/api/analytics/system")
            assert json.loads(working.getresponse().read())["success"] is True
            slowest = max(slowest, time.perf_counter() - started)
        assert slowest < 3.0
        assert peak_memory(server) - before < 300
