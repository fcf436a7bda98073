"""Twenty files at once that are small to send and large to open: memory stays bounded, and others are answered."""

import io
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import requests
from PIL import Image

from tests.handwriting import drawing, png
from tests.server.test_heavy_bodies import peak_memory
from tests.serving import Server, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Memory is looked up in /proc."),
]

AT_ONCE = 20
SIDE = 7000
"""Of an image that is just allowed: 49 of 50 million pixels."""


def _image(kind: str, mode: str, side: int = SIDE) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (side, side)).save(stream, kind)
    return stream.getvalue()


def _endless_png() -> bytes:
    """Four thousand million pixels by its head, and pixels for a few lines of them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))

    head = pack(">IIBBBBB", 65_000, 65_000, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels)


def _zip() -> bytes:
    """A gigabyte and a half of zeros."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"7/{number}.png", bytes(50_000_000))
    return stream.getvalue()


BOMBS = {
    "endless PNG": ("/api/predict-upload", "file", _endless_png),
    "large PNG in colours": ("/api/predict-upload", "file", lambda: _image("PNG", "RGBA")),
    "large document": ("/api/read-number", "file", lambda: _image("PNG", "L")),
    "ZIP": ("/api/datasets/custom", "file", _zip),
}


TAKE_MINUTES = ("large document", "ZIP")


def _send(server: Server, path: str, field: str, content: bytes) -> int:
    answer = requests.post(f"{server.url}{path}", files={field: ("bomb", content)}, timeout=300)
    assert "success" in answer.json()
    return answer.status_code


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in TAKE_MINUTES else name for name in BOMBS]
)
def test_twenty_bombs_take_no_more_room_than_a_few(tmp_path: Path, name: str) -> None:
    """Whether they are refused or read, a prediction beside them is made within seconds."""
    path, field, make = BOMBS[name]
    content = make()
    with serving(tmp_path / "data") as server, ThreadPoolExecutor(AT_ONCE) as clients:
        assert _send(server, "/api/predict-upload", "file", png(drawing(3))) == 200
        before = peak_memory(server)
        sent = [clients.submit(_send, server, path, field, content) for _ in range(AT_ONCE)]
        slowest = 0.0
        while not all(each.done() for each in sent):
            started = time.perf_counter()
            with closing(server.connect()) as connection:
                connection.request("GET", "/health/live")
                assert connection.getresponse().status == 200
            slowest = max(slowest, time.perf_counter() - started)
            time.sleep(0.05)
        assert {each.result() for each in sent} <= {200, 400, 413, 415, 422}
        assert slowest < 3.0
        assert peak_memory(server) - before < 1500
        assert _send(server, "/api/predict-upload", "file", png(drawing(3))) == 200
