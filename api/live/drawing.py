"""The channel for drawings: strokes come in, predictions go out."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.inputs.validation import in_words
from api.live.channels import Channel, until_first_ends
from api.schemas.live import MAX_POINTS, MAX_STROKES, DrawnIn, LiveNumberOut, LivePredictionOut, Message
from hwr_core.app import Source, Strokes, Workspace, as_png, sheet
from hwr_core.errors import HwrError, InvalidValue

MAX_WAITING = 16
"""Drawings to store that may wait; a client that sends more waits until there is room."""


@dataclass(slots=True)
class _Drawing:
    """A drawing that waits to be read; `skipped` is the number of earlier ones that it replaces."""

    message: DrawnIn
    strokes: Strokes
    received: float
    skipped: int = 0

    def image(self) -> bytes:
        """Return it as an image file, which is read like any other."""
        return as_png(sheet(self.strokes, width=self.message.width, height=self.message.height, pen=self.message.pen))


class DrawingChannel:
    """Reads the newest drawing: it replaces one that is still waiting, unless that is to be stored."""

    def __init__(self, channel: Channel, workspace: Workspace) -> None:
        self._channel = channel
        self._workspace = workspace
        self._strokes: Strokes = ()
        self._waiting: deque[_Drawing] = deque()
        self._ready = asyncio.Event()
        self._room = asyncio.Semaphore(MAX_WAITING)

    async def answer(self) -> None:
        """Answer drawings until the client is gone."""
        await until_first_ends(self._receive_all, self._read_all)

    async def _receive_all(self) -> None:
        while (text := await self._channel.receive()) is not None:
            try:
                await self._channel.count()
                message = _parsed(text)
                drawing = _Drawing(message, self._strokes_of(message), time.perf_counter())
            except HwrError as error:
                await self._channel.send_error(error, _id_in(text))
            else:
                await self._enqueue(drawing)

    def _strokes_of(self, message: DrawnIn) -> Strokes:
        """Return the strokes, after those sent before if they are to be added. Raises InvalidValue."""
        before = self._strokes if message.add else ()
        strokes = (*before, *message.as_strokes())
        points = sum(map(len, strokes))
        if len(strokes) > MAX_STROKES or points > MAX_POINTS:
            raise InvalidValue(
                f"The drawing has {len(strokes):,} strokes and {points:,} points; at most {MAX_STROKES:,} strokes and "
                f"{MAX_POINTS:,} points are allowed."
            )
        self._strokes = strokes
        return strokes

    async def _enqueue(self, drawing: _Drawing) -> None:
        if drawing.message.keep:
            await self._room.acquire()
        elif self._waiting and not self._waiting[-1].message.keep:
            drawing.skipped = self._waiting.pop().skipped + 1
        self._waiting.append(drawing)
        self._ready.set()

    async def _read_all(self) -> None:
        while True:
            await self._ready.wait()
            drawing = self._waiting.popleft()
            if not self._waiting:
                self._ready.clear()
            try:
                await self._channel.send(await self._read(drawing))
            except HwrError as error:
                await self._channel.send_error(error, drawing.message.id)
            finally:
                if drawing.message.keep:
                    self._room.release()

    async def _read(self, drawing: _Drawing) -> LivePredictionOut | LiveNumberOut:
        message, workspace = drawing.message, self._workspace
        image = await run_in_threadpool(drawing.image)
        more = {"message_id": message.id, "skipped": drawing.skipped}
        if message.kind == "number":
            found = await run_in_threadpool(
                workspace.read_number, image, enhancement_level=message.enhancement_level, script=message.script
            )
            return LiveNumberOut.from_record(found, **more)
        if message.keep:
            outcome = await asyncio.wrap_future(
                workspace.start_read_and_keep(
                    image,
                    user_id=message.user_id,
                    source=Source.API,
                    enhancement_level=message.enhancement_level,
                    script=message.script,
                )
            )
        else:
            outcome = await run_in_threadpool(
                workspace.read,
                image,
                user_id=message.user_id,
                enhancement_level=message.enhancement_level,
                script=message.script,
            )
        return LivePredictionOut.from_record(outcome, total_time=time.perf_counter() - drawing.received, **more)


def _parsed(text: str) -> DrawnIn:
    try:
        message = DrawnIn.model_validate_json(text)
    except ValidationError as error:
        raise InvalidValue(in_words([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])) from error
    message.confirm()
    return message


def _id_in(text: str) -> str | int | None:
    """The id of a message that is wrong in some other way."""
    try:
        return Message.model_validate_json(text).id
    except ValidationError:
        return None
