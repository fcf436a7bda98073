"""The two clients. They differ in how they wait; what they ask, and when they ask again, is the same."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx2

from hwr_core.client import calls, live
from hwr_core.client.answers import Event, Job, Number, Prediction, Stored
from hwr_core.client.calls import Call, Image
from hwr_core.client.downloads import HISTORY, ExportFormat, written
from hwr_core.client.errors import ApiError, Unreachable

Result = TypeVar("Result")

ADDRESS = "http://127.0.0.1:8000"
BUSY = (429, 503)
"""With these the server asks to come again: it has done nothing."""
NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds; each pause is twice the one before, unless the server says how long."""
PAGE = 1000


def _headers(key: str | None) -> dict[str, str]:
    return {"X-API-Key": key} if key else {}


def _pause(call: Call[Any], outcome: httpx2.Response | httpx2.HTTPError, attempt: int) -> float | None:
    """How long to wait before the request is sent again; None where it must not be, or need not."""
    usual = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
    if isinstance(outcome, httpx2.Response):
        if outcome.status_code not in BUSY:
            return None
        asked = outcome.headers.get("Retry-After", "")
        return min(LONGEST_PAUSE, float(asked)) if asked.isdecimal() else usual
    # A POST that was sent may have been carried out, though its answer is lost: an image would be stored twice.
    return usual if call.method == "GET" or isinstance(outcome, NOTHING_SENT) else None


def _understood(call: Call[Result], outcome: httpx2.Response | httpx2.HTTPError) -> Result:
    """What an answer says. Raises ApiError for a refusal, Unreachable where there is no answer."""
    if isinstance(outcome, httpx2.HTTPError):
        raise _unreachable(outcome) from outcome
    if outcome.is_success:
        return call.understand(outcome.json())
    raise _refused(outcome)


def _refused(answer: httpx2.Response) -> ApiError:
    try:
        body = answer.json()
    except ValueError:  # a proxy's page, for one
        body = {}
    return ApiError(answer.status_code, str(body.get("detail", answer.reason_phrase)), body.get("request_id"))


def _unreachable(error: httpx2.HTTPError) -> Unreachable:
    return Unreachable(f"The server has not answered ({type(error).__name__}).")


class Client:
    """A client that waits for each answer. To be closed, or used in a `with` statement; safe to use from many threads.

    Its methods raise ApiError where the server refuses, and Unreachable where it does not answer.
    """

    def __init__(
        self, address: str = ADDRESS, *, key: str | None = None, timeout: float = 60.0, retries: int = 3
    ) -> None:
        """Make a client.

        Args:
            address: of the server.
            key: an API key, where it requires sign-in.
            timeout: seconds to wait for an answer.
            retries: how often a request is sent again that the server was too busy for, or that was never sent.
        """
        self._retries = retries
        self._http = httpx2.Client(base_url=address, headers=_headers(key), timeout=timeout)

    def predict(self, image: Image, *, script: str = "western", enhancement_level: float = 1.0) -> Prediction:
        """Read the digit of one image, and store the prediction."""
        return self._do(calls.predict(image, script, enhancement_level))

    def predict_many(
        self, images: Sequence[Image], *, script: str = "western", enhancement_level: float = 1.0
    ) -> list[Prediction]:
        """Read images in one request, and store the predictions; one that cannot be read has an `error`."""
        return self._do(calls.predict_many(images, script, enhancement_level))

    def read_number(
        self, image: Image, *, pattern: str | None = None, max_error: float | None = None, keep: bool = True
    ) -> Number:
        """Read all digits of an image, a TIFF or a PDF; stored unless `keep` is false."""
        return self._do(calls.read_number(image, pattern, max_error, keep=keep))

    def give_feedback(self, prediction_id: int, actual_digit: int | None, comments: str = "") -> None:
        """Say what a stored prediction shows; None for no digit."""
        self._do(calls.give_feedback(prediction_id, actual_digit, comments))

    def history(self, **filters: Any) -> Iterator[Stored]:
        """Yield stored predictions, newest first, page by page; filters are those of the REST API."""
        before = None
        while page := self._do(calls.history(PAGE, before, filters)):
            yield from page
            before = page[-1].id

    def start_training(self, **config: Any) -> int:
        """Start a training and return its job's id; values are those of `POST /api/train`."""
        return self._do(calls.start_training(config))

    def jobs(self, limit: int = 100) -> list[Job]:
        """Return the newest jobs."""
        return self._do(calls.jobs(limit))

    def job(self, job_id: int) -> Job:
        """Return a job with its progress."""
        return self._do(calls.job(job_id))

    def wait_for_job(self, job_id: int, every: float = 2.0) -> Job:
        """Return a job once it has ended, however it did; it is asked for every so many seconds."""
        while not (found := self.job(job_id)).has_ended:
            time.sleep(every)
        return found

    def cancel_job(self, job_id: int) -> Job:
        """Cancel a job that is queued or running."""
        return self._do(calls.cancel_job(job_id))

    def export_history(self, file: Path | str, format: ExportFormat = "csv", **filters: Any) -> None:  # noqa: A002  the API's name
        """Write stored predictions to a file, oldest first; it is replaced once all are there. Raises OSError too."""
        try:
            with (
                written(Path(file)) as out,
                self._http.stream("GET", HISTORY, params={"format": format, **filters}) as answer,
            ):
                if not answer.is_success:
                    answer.read()
                    raise _refused(answer)
                for piece in answer.iter_bytes():
                    out.write(piece)
        except httpx2.HTTPError as error:
            raise _unreachable(error) from error

    def close(self) -> None:
        """Let go of the connections. May be repeated."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, call: Call[Result]) -> Result:
        for attempt in range(self._retries):
            outcome = self._send(call)
            if (pause := _pause(call, outcome, attempt)) is None:
                return _understood(call, outcome)
            time.sleep(pause)
        return _understood(call, self._send(call))

    def _send(self, call: Call[Any]) -> httpx2.Response | httpx2.HTTPError:
        try:
            return self._http.request(call.method, call.path, **call.options)
        except httpx2.HTTPError as error:
            return error


class AsyncClient:
    """The same for asyncio: to be closed, or used in an `async with` statement. Takes and raises what `Client` does."""

    def __init__(
        self, address: str = ADDRESS, *, key: str | None = None, timeout: float = 60.0, retries: int = 3
    ) -> None:
        self._retries = retries
        self._address, self._key, self._timeout = address, key, timeout
        self._http = httpx2.AsyncClient(base_url=address, headers=_headers(key), timeout=timeout)

    async def predict(self, image: Image, *, script: str = "western", enhancement_level: float = 1.0) -> Prediction:
        """Read the digit of one image, and store the prediction."""
        return await self._do(calls.predict(image, script, enhancement_level))

    async def predict_many(
        self, images: Sequence[Image], *, script: str = "western", enhancement_level: float = 1.0
    ) -> list[Prediction]:
        """Read images in one request, and store the predictions; one that cannot be read has an `error`."""
        return await self._do(calls.predict_many(images, script, enhancement_level))

    async def read_number(
        self, image: Image, *, pattern: str | None = None, max_error: float | None = None, keep: bool = True
    ) -> Number:
        """Read all digits of an image, a TIFF or a PDF; stored unless `keep` is false."""
        return await self._do(calls.read_number(image, pattern, max_error, keep=keep))

    async def give_feedback(self, prediction_id: int, actual_digit: int | None, comments: str = "") -> None:
        """Say what a stored prediction shows; None for no digit."""
        await self._do(calls.give_feedback(prediction_id, actual_digit, comments))

    async def history(self, **filters: Any) -> AsyncIterator[Stored]:
        """Yield stored predictions, newest first, page by page; filters are those of the REST API."""
        before = None
        while page := await self._do(calls.history(PAGE, before, filters)):
            for each in page:
                yield each
            before = page[-1].id

    async def start_training(self, **config: Any) -> int:
        """Start a training and return its job's id; values are those of `POST /api/train`."""
        return await self._do(calls.start_training(config))

    async def jobs(self, limit: int = 100) -> list[Job]:
        """Return the newest jobs."""
        return await self._do(calls.jobs(limit))

    async def job(self, job_id: int) -> Job:
        """Return a job with its progress."""
        return await self._do(calls.job(job_id))

    async def wait_for_job(self, job_id: int, every: float = 2.0) -> Job:
        """Return a job once it has ended, however it did; it is asked for every so many seconds."""
        while not (found := await self.job(job_id)).has_ended:  # noqa: ASYNC110  the event is on another machine
            await asyncio.sleep(every)
        return found

    async def cancel_job(self, job_id: int) -> Job:
        """Cancel a job that is queued or running."""
        return await self._do(calls.cancel_job(job_id))

    async def export_history(self, file: Path | str, format: ExportFormat = "csv", **filters: Any) -> None:  # noqa: A002  the API's name
        """Write stored predictions to a file, oldest first; it is replaced once all are there. Raises OSError too."""
        try:
            with written(Path(file)) as out:
                async with self._http.stream("GET", HISTORY, params={"format": format, **filters}) as answer:
                    if not answer.is_success:
                        await answer.aread()
                        raise _refused(answer)
                    async for piece in answer.aiter_bytes():
                        out.write(piece)
        except httpx2.HTTPError as error:
            raise _unreachable(error) from error

    def draw(self) -> AbstractAsyncContextManager[live.Pen]:
        """Open a channel on which drawings are read while they are drawn: `async with client.draw() as pen:`."""
        return live.drawing(self._address, _headers(self._key), self._timeout)

    def events(self, *kinds: str, user_id: int | None = None) -> AsyncIterator[Event]:
        """Yield what happens from now on: events of these types (prediction, label, job, model), or of all.

        What happens while nobody is connected is not repeated; the history and the list of jobs have it.
        """
        return live.events(self._address, kinds, user_id, _headers(self._key), self._timeout)

    async def close(self) -> None:
        """Let go of the connections. May be repeated."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _do(self, call: Call[Result]) -> Result:
        for attempt in range(self._retries):
            outcome = await self._send(call)
            if (pause := _pause(call, outcome, attempt)) is None:
                return _understood(call, outcome)
            await asyncio.sleep(pause)
        return _understood(call, await self._send(call))

    async def _send(self, call: Call[Any]) -> httpx2.Response | httpx2.HTTPError:
        try:
            return await self._http.request(call.method, call.path, **call.options)
        except httpx2.HTTPError as error:
            return error
