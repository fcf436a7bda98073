"""API and dashboard in one process, as `hwr serve` runs them."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path

import pytest

from api.app import THREADS
from tests.serving import Server, environment, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server on an empty data folder."""
    with serving(tmp_path_factory.mktemp("server") / "data") as server:
        yield server


def _ask(
    server: Server, method: str, path: str, headers: Mapping[str, str] | None = None
) -> tuple[HTTPResponse, bytes]:
    with closing(server.connect()) as connection:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()


def test_dashboard_lies_behind_the_first_address(server: Server) -> None:
    """A browser that opens the server's address gets the dashboard's page, and its runtime is at work."""
    response, page = _ask(server, "GET", "/")
    assert (response.status, response.headers.get_content_type()) == (200, "text/html")
    assert b"<title>" in page
    assert _ask(server, "GET", "/_stcore/health")[0].status == 200


def test_scripts_of_the_dashboard_are_compressed_and_kept_for_ever(server: Server) -> None:
    """A browser fetches each of them once, and a third of its bytes."""
    _, page = _ask(server, "GET", "/")
    script = re.search(rb'src="\./(static/js/[^"]+\.js)"', page)
    assert script is not None
    address = f"/{script.group(1).decode()}"
    _, plain = _ask(server, "GET", address)
    response, content = _ask(server, "GET", address, {"Accept-Encoding": "gzip, deflate, br"})
    assert gzip.decompress(content) == plain
    assert len(content) < len(plain) / 2
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("POST", 404), ("HEAD", 404)])
def test_dashboard_does_not_answer_for_unknown_addresses_of_the_api(server: Server, method: str, status: int) -> None:
    """What the API does not have is a 404 in JSON, not a page."""
    response, body = _ask(server, method, "/api/nothing")
    assert (response.status, response.headers.get_content_type()) == (status, "application/json")
    assert not body or json.loads(body)["success"] is False


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/predict"), ("HEAD", "/api/predict"), ("POST", "/health")])
def test_dashboard_does_not_answer_for_a_wrong_method(server: Server, method: str, path: str) -> None:
    """A known address and a method it does not take are a 405 that names the right one."""
    response, _ = _ask(server, method, path)
    assert response.status == 405
    assert response.headers["Allow"] in ("GET", "POST")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_server_loads_no_tensorflow(server: Server) -> None:
    """With API and dashboard at work the process has no TensorFlow in it, and stays below 450 MB."""
    _ask(server, "GET", "/health")
    process = Path("/proc") / str(server.process.pid)
    assert "tensorflow" not in process.joinpath("maps").read_text()
    status = dict(line.split(":", 1) for line in process.joinpath("status").read_text().splitlines())
    assert int(status["VmRSS"].split()[0]) < 450_000


THREADS_AT_WORK = """
import asyncio
from anyio.to_thread import current_default_thread_limiter
from asgi import create_app

async def started() -> None:
    app = create_app()
    async with app.router.lifespan_context(app):
        print("threads:", current_default_thread_limiter().total_tokens)

asyncio.run(started())
"""


def test_the_dashboard_takes_no_threads_from_the_api(tmp_path: Path) -> None:
    """Streamlit sets a bound of its own for its files, fewer than may wait for the database."""
    out = subprocess.run(
        [sys.executable, "-c", THREADS_AT_WORK], env=environment(tmp_path), capture_output=True, text=True, check=True
    ).stdout
    assert f"threads: {THREADS}" in out
