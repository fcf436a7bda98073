"""Live channels: a drawing that is read while it is drawn, and events as they happen. WebSockets, for asyncio."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from hwr_core.client.answers import Event, Number, Prediction
from hwr_core.client.errors import ApiError, Unreachable

Stroke: TypeAlias = Sequence[Sequence[float]]
"""Points (x, y) from the upper left corner of the sheet, y downwards, in the order in which they were drawn."""

LARGEST_ANSWER = 1 << 24
"""Bytes of a message of the server: an event of a job may hold all its figures."""


class Pen:
    """A channel on which drawings are read. Safe to use from many tasks: one waits for another's answer."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._sent = 0

    async def read(self, strokes: Sequence[Stroke], **fields: Any) -> Prediction:
        """Read the digit of a drawing. Other fields are those of the guide: add, width, height, pen, keep and so on.

        Raises:
            ApiError: the server refuses the drawing; the channel stays open.
            Unreachable: the channel is closed.
        """
        return Prediction.model_validate(await self._answer({"strokes": strokes, **fields, "kind": "digit"}))

    async def read_number(self, strokes: Sequence[Stroke], **fields: Any) -> Number:
        """Read all digits of a drawing. Takes and raises what `read` does."""
        return Number.model_validate(await self._answer({"strokes": strokes, **fields, "kind": "number"}))

    async def _answer(self, drawing: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self._turn:
            self._sent += 1
            number = self._sent
            with _closed_as_unreachable():
                await self._connection.send(json.dumps({**drawing, "id": number}))
                while (answer := json.loads(await self._connection.recv())).get("id") != number:
                    pass  # of a drawing whose caller was cancelled meanwhile
        if answer["type"] == "error":
            raise ApiError(answer["status"], answer["detail"], answer.get("request_id"))
        found: Mapping[str, Any] = answer
        return found


@asynccontextmanager
async def drawing(address: str, headers: Mapping[str, str], timeout: float) -> AsyncIterator[Pen]:  # noqa: ASYNC109  of websockets
    """Yield a pen. Raises ApiError where the server refuses, Unreachable where it does not answer."""
    async with _connected(address, "/api/live/draw", {}, headers, timeout) as connection:
        yield Pen(connection)


async def events(
    address: str,
    kinds: Sequence[str],
    user_id: int | None,
    headers: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109  of websockets
) -> AsyncIterator[Event]:
    """Yield events as they happen. Raises what `drawing` raises."""
    asked = [("kind", kind) for kind in kinds] + ([] if user_id is None else [("user_id", str(user_id))])
    async with _connected(address, "/api/live/events", asked, headers, timeout) as connection:
        while True:
            with _closed_as_unreachable():
                message = json.loads(await connection.recv())
            if message["type"] == "error":
                raise ApiError(message["status"], message["detail"], message.get("request_id"))
            yield Event.model_validate({"data": {"count": message.get("count")}, **message})


@asynccontextmanager
async def _connected(
    address: str,
    path: str,
    asked: Any,
    headers: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109  of websockets
) -> AsyncIterator[ClientConnection]:
    query = f"?{urlencode(asked)}" if asked else ""
    place = f"ws{address.removeprefix('http').rstrip('/')}{path}{query}"
    opening = connect(place, additional_headers=headers, open_timeout=timeout, max_size=LARGEST_ANSWER)
    try:
        connection = await opening
    except InvalidStatus as error:
        raise ApiError(error.response.status_code, "The server refuses the live channel.") from error
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise Unreachable(f"The server has not answered ({type(error).__name__}).") from error
    async with connection:
        yield connection


@contextmanager
def _closed_as_unreachable() -> Iterator[None]:
    try:
        yield
    except ConnectionClosed as error:
        why = error.rcvd.reason if error.rcvd and error.rcvd.reason else "The server has closed the live channel."
        raise Unreachable(why) from error
