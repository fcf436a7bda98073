"""Live channels on the real server: it stops promptly, forgets lost clients, and the examples of the guide work."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.documents.blocks import blocks_of
from tests.serving import Server, history, serving

pytestmark = pytest.mark.slow

SEVEN = [[[70, 60], [210, 60], [120, 230]]]
EXAMPLES = [block for block in blocks_of("api/live/README.md") if block.language == "python"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, once it answers."""
    with serving(tmp_path / "data") as server:
        history(server)
        yield server


def test_the_guides_examples_print_a_seven(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """As they stand, against a running server."""
    for block in EXAMPLES:
        exec(block.code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}"), {})  # noqa: S102  the point of it
    assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["7", "7"]


def test_the_server_ends_while_channels_are_open(server: Server) -> None:
    """Within seconds, with code 1012 for open channels, and nothing acknowledged is lost."""
    address = server.url.replace("http", "ws", 1)
    with connect(f"{address}/api/live/events") as feed, connect(f"{address}/api/live/draw") as pen:
        pen.send(json.dumps({"strokes": SEVEN, "keep": True}))
        kept = json.loads(pen.recv())["prediction_id"]
        assert json.loads(feed.recv())["data"]["id"] == kept == history(server)[0]["id"]
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            feed.recv(timeout=20)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert server.process.wait(20) is not None
        assert time.monotonic() - started < 15


def test_whoever_vanishes_leaves_nothing_behind(server: Server) -> None:
    """A client that is gone without a word, with drawings under way, frees its place."""
    address = server.url.replace("http", "ws", 1)
    for _ in range(40):  # more than may be open at once
        with connect(f"{address}/api/live/draw") as pen:
            for _ in range(5):
                pen.send(json.dumps({"strokes": SEVEN}))
            pen.socket.shutdown(socket.SHUT_RDWR)
    with connect(f"{address}/api/live/draw") as pen:
        pen.send(json.dumps({"strokes": SEVEN}))
        assert json.loads(pen.recv())["predicted_digit"] == 7
