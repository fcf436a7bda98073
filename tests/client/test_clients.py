"""Both clients on a real server, and what they do when it is busy, gone or refuses."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from hwr_core.client import ApiError, AsyncClient, Client, Event, Unreachable
from tests.handwriting import drawing, number, png
from tests.loops import finished
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

    digits, nines = finished(read())
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


SEVEN = [[[70, 60], [210, 60], [120, 230]]]


def test_the_history_is_written_to_a_file(server: Server, tmp_path: Path) -> None:
    """By both clients, in a format of one's choice; a refusal leaves what was there."""
    with Client(server.url) as client:
        stored = client.predict(png(drawing(4))).prediction_id
        client.export_history(tmp_path / "history.jsonl", "jsonl", digit=4)
        rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
        assert stored in [row["id"] for row in rows]
        with pytest.raises(ApiError, match="digit") as refused:
            client.export_history(tmp_path / "history.jsonl", "jsonl", digit=77)
        assert refused.value.status == 422
        with pytest.raises(OSError, match="No such file"):
            client.export_history(tmp_path / "nowhere" / "history.csv")

    async def written() -> None:
        async with AsyncClient(server.url) as client:
            await client.export_history(tmp_path / "history.csv", digit=4)
            with pytest.raises(ApiError, match="digit"):
                await client.export_history(tmp_path / "history.csv", digit=77)

    finished(written())
    assert len((tmp_path / "history.csv").read_text().splitlines()) == len(rows) + 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["history.csv", "history.jsonl"]


def test_drawings_are_read_while_they_are_drawn(server: Server) -> None:
    """Many tasks share a channel, each gets its own answer; a bad drawing is refused and the channel goes on."""

    async def draw() -> None:
        async with AsyncClient(server.url) as client, client.draw() as pen:
            seven, empty = await asyncio.gather(pen.read(SEVEN), pen.read([]))
            assert (seven.predicted_digit, seven.prediction_id, empty.verdict) == (7, None, "no_ink")
            with pytest.raises(ApiError, match="width") as refused:
                await pen.read(SEVEN, width=-1)
            assert refused.value.status == 422
            assert (await pen.read_number(SEVEN)).text == "7"
            assert (await pen.read(SEVEN, keep=True)).prediction_id is not None

    finished(draw())


def test_events_are_told_as_they_happen(server: Server) -> None:
    """Those of the types that were asked for."""

    async def hear() -> Event:
        async with AsyncClient(server.url) as client:
            events = client.events("label")
            heard = asyncio.ensure_future(anext(events))
            stored = await client.predict(png(drawing(6)))
            assert stored.prediction_id is not None
            while not heard.done():  # the channel may not be open yet: what happened before it is not repeated
                await client.give_feedback(stored.prediction_id, 6)
                await asyncio.sleep(0.1)
            return await heard

    event = finished(hear())
    assert (event.type, event.data["actual_digit"]) == ("label", 6)
    assert event.at is not None


def test_a_live_channel_that_cannot_be_opened_says_why(server: Server) -> None:
    """Nobody there, or a query that the server refuses."""

    async def nobody() -> None:
        async with AsyncClient("http://127.0.0.1:9") as client, client.draw():
            pass

    with pytest.raises(Unreachable, match="not answered"):
        finished(nobody())

    async def refused() -> None:
        async with AsyncClient(server.url) as client:
            await anext(client.events("weather"))

    with pytest.raises(ApiError):
        finished(refused())


@pytest.mark.slow
@pytest.mark.long
def test_a_training_is_started_followed_and_cancelled(server: Server) -> None:
    """By both clients; one that cannot be started, and a job that is not there, are refused."""
    with Client(server.url) as client:
        with pytest.raises(ApiError, match="epochs"):
            client.start_training(epochs=0)
        job = client.start_training(epochs=500, config={"sources": ["rare-shapes"], "limit": 200})
        assert client.job(job).state in {"queued", "running"}
        assert [each.id for each in client.jobs(limit=1)] == [job]
        client.cancel_job(job)
        ended = client.wait_for_job(job, every=0.2)
        assert (ended.state, ended.has_ended, ended.result) == ("cancelled", True, None)

    async def look() -> None:
        async with AsyncClient(server.url) as client:
            assert (await client.wait_for_job(job)).state == "cancelled"
            assert [each.id for each in await client.jobs(limit=1)] == [job]
            with pytest.raises(ApiError) as missing:
                await client.cancel_job(999)
            assert missing.value.status == 404
            with pytest.raises(ApiError):
                await client.start_training(epochs=0)

    finished(look())
