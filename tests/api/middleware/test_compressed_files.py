"""Files of the dashboard are sent compressed to whoever can unpack them."""

import asyncio
import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message

from api.middleware import compressed_files
from api.middleware.compressed_files import CompressedFiles
from tests.api.client import finished

SCRIPT = b"export const one = 1;\n" * 1000


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of an app that serves a script and a font."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "page.3f2a.js").write_bytes(SCRIPT)
    (tmp_path / "font.woff2").write_bytes(b"font")
    app = Starlette(routes=[Mount("/static", StaticFiles(directory=tmp_path))])
    return TestClient(CompressedFiles(app, tmp_path, "/static"))


ADDRESS = "/static/js/page.3f2a.js"


def test_script_is_sent_compressed(client: TestClient) -> None:
    """The client unpacks what the file holds; the length is that of what is sent."""
    answer = client.get(ADDRESS, headers={"Accept-Encoding": "gzip, br"})
    assert answer.content == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT, compressed_files.LEVEL))
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("offer", ["", "br", "gzip;q=0", "gzip;q=0.0", "identity", "xgzip"])
def test_client_that_cannot_unpack_gets_the_file(client: TestClient, offer: str) -> None:
    """By its header, which may exclude gzip by name."""
    answer = client.get(ADDRESS, headers={"Accept-Encoding": offer})
    assert answer.content == SCRIPT
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("offer", ["GZIP", "br;q=1.0, gzip;q=0.8", "deflate,gzip ; q=0.001"])
def test_offers_are_read_as_http_writes_them(client: TestClient, offer: str) -> None:
    """In any case, with spaces and qualities."""
    assert client.get(ADDRESS, headers={"Accept-Encoding": offer}).headers["content-encoding"] == "gzip"


def test_part_of_a_file_is_of_the_file_itself(client: TestClient) -> None:
    """Whoever asks for a range counts the file's own bytes."""
    answer = client.get(ADDRESS, headers={"Range": "bytes=0-5", "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (206, b"export")


def test_known_file_is_not_sent_again(client: TestClient) -> None:
    """A browser that asks whether its copy is still right is told so."""
    first = client.get(ADDRESS)
    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_head_has_the_headers_alone(client: TestClient) -> None:
    """Those of the compressed file."""
    full, head = client.get(ADDRESS), client.head(ADDRESS)
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize("path", ["/static/font.woff2", "/static/js/none.js", "/static/js/..%2f..%2fetc/passwd", "/"])
def test_all_else_is_the_apps(client: TestClient, path: str) -> None:
    """What is compressed already, is not there, or lies elsewhere."""
    assert "content-encoding" not in client.get(path).headers


def test_method_that_changes_is_passed_on(client: TestClient) -> None:
    """The app refuses it, not we."""
    assert client.post(ADDRESS).status_code == 405


def test_file_is_compressed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when sixteen ask at once."""
    (tmp_path / "one.js").write_bytes(SCRIPT)
    done: list[Path] = []
    original = compressed_files.compress

    def counted(file: Path) -> bytes:
        done.append(file)
        return original(file)

    monkeypatch.setattr(compressed_files, "compress", counted)
    app = CompressedFiles(Mount("/static", StaticFiles(directory=tmp_path)), tmp_path, "/static")
    contents: list[bytes] = []

    async def ask() -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                contents.append(message["body"])

        headers = [(b"accept-encoding", b"gzip")]
        await app({"type": "http", "method": "GET", "path": "/static/one.js", "headers": headers}, receive, send)

    async def sixteen() -> None:
        await asyncio.gather(*(ask() for _ in range(16)))

    finished(sixteen())
    assert len(done) == 1
    assert [gzip.decompress(content) for content in contents] == [SCRIPT] * 16
