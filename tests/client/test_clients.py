"""Both clients on a real server, and what they do when it is busy, gone or refuses."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from hwr_core.client import ApiError, AsyncClient, Client, Unreachable
from tests.handwriting import drawing, number, png
from tests.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a data folder of its own."""
    with serving(tmp_path_factory.mktemp("client") / "data") as server:
        yield server


class Busy(BaseHTTPRequestHandler):
    """Answers with the statuses that a test lists, one after the other, and then as hwr does."""

    statuses: ClassVar[list[int]] = []
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Answer a POST."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"predicted_digit": 7, "verdict": "digit"})

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer({"data": []})

    def _answer(self, body: object) -> None:
        self.asked.append(self.command)
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:  # gone in the middle
            self.close_connection = True
            self.connection.close()
            return
        content = json.dumps(body if status == 200 else {"detail": "Busy.", "request_id": "r1"}).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[str]:
    """Where the busy server listens."""
    Busy.statuses, Busy.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_images_are_read_corrected_and_found_again(server: Server, tmp_path: Path) -> None:
    """By content or by path, one or many; a bad file of several has its error in its place."""
    (tmp_path / "3.png").write_bytes(png(drawing(3)))
    with Client(server.url) as client:
        seven = client.predict(png(drawing(7)))
        assert (seven.predicted_digit, seven.symbol, seven.verdict, len(seven.all_predictions)) == (7, "7", "digit", 10)
        three, bad = client.predict_many([tmp_path / "3.png", b"no image"])
        assert three.predicted_digit == 3
        assert bad.error is not None
        assert "not an image" in bad.error
        assert seven.prediction_id is not None
        client.give_feedback(seven.prediction_id, 1, "It has no bar.")
        [stored] = client.history(actual_digit=1)
        assert (stored.id, stored.predicted_digit, stored.actual_digit) == (seven.prediction_id, 7, 1)


def test_a_number_is_read_with_its_digits(server: Server) -> None:
    """And stored, unless it is not to be."""
    with Client(server.url) as client:
        found = client.read_number(png(number("2048")), pattern="digits 4", keep=False)
    assert (found.text, found.prediction_id, found.fits) == ("2048", None, True)
    assert [digit.digit for digit in found.digits] == [2, 0, 4, 8]
    assert [line.text for line in found.lines] == ["2048"]


def test_many_answers_are_awaited_at_once(server: Server) -> None:
    """By the same calls; the history is walked page by page."""

    async def read() -> tuple[list[int | None], int]:
        async with AsyncClient(server.url) as client:
            found = await asyncio.gather(*(client.predict(png(drawing(digit))) for digit in range(10)))
            number_read = await client.read_number(png(number("33")), keep=False)
            assert number_read.text == "33"
            [several] = await client.predict_many([png(drawing(2))])
            assert several.prediction_id is not None
            await client.give_feedback(several.prediction_id, 2)
            return [each.predicted_digit for each in found], len([each async for each in client.history(digit=9)])

    digits, nines = asyncio.run(read())
    assert digits == [*range(10)]
    assert nines == 1


def test_a_refusal_says_why(server: Server) -> None:
    """In the server's words, with its status and the id by which its log can be searched."""
    with Client(server.url) as client, pytest.raises(ApiError, match="This is not an image") as refused:
        client.predict(b"no image")
    assert refused.value.status == 415
    assert refused.value.request_id


@pytest.mark.parametrize("statuses", [[503], [429, 503, 503]], ids=str)
def test_a_busy_server_is_asked_again(busy: str, statuses: list[int]) -> None:
    """After as long as it says."""
    Busy.statuses[:] = statuses
    with Client(busy) as client:
        assert client.predict(b"x").predicted_digit == 7
    assert len(Busy.asked) == len(statuses) + 1


def test_it_gives_up_in_the_end(busy: str) -> None:
    """With what the server said last."""
    Busy.statuses[:] = [503] * 9
    with Client(busy, retries=2) as client, pytest.raises(ApiError, match="Busy"):
        client.predict(b"x")
    assert len(Busy.asked) == 3


def test_only_what_may_be_repeated_is_sent_again(busy: str) -> None:
    """An image whose answer was lost may be stored already; a question can always be asked again."""
    Busy.statuses[:] = [0]
    with Client(busy) as client:
        with pytest.raises(Unreachable):
            client.predict(b"x")
        assert Busy.asked == ["POST"]
        Busy.statuses[:] = [0]
        assert list(client.history()) == []
    assert Busy.asked == ["POST", "GET", "GET"]


def test_nobody_there_is_said() -> None:
    """After a try and no more, where none is asked for."""
    with Client("http://127.0.0.1:9", retries=0) as client, pytest.raises(Unreachable, match="ConnectError"):
        client.predict(b"x")
