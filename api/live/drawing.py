"""The conversation with somebody who draws: strokes come in, predictions go out."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from api.inputs.validation import in_words
from api.live.channels import Channel, until_either_ends
from api.schemas.live import MOST_POINTS, MOST_STROKES, DrawnIn, LiveNumberOut, LivePredictionOut, Named
from hwr_core.app.workspace import Workspace
from hwr_core.errors import HwrError, InvalidValue
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import Strokes, sheet
from hwr_core.records.predictions import Source

MOST_KEPT = 16
"""Drawings to keep that may wait; whoever sends more waits until there is room."""


@dataclass(slots=True)
class _Drawing:
    """A drawing that waits to be read; `skipped` others before it will not be."""

    asked: DrawnIn
    strokes: Strokes
    came: float
    skipped: int = 0

    def image(self) -> bytes:
        """Return it as an image file, on the same way to a prediction as any other."""
        return as_png(sheet(self.strokes, width=self.asked.width, height=self.asked.height, pen=self.asked.pen))


class DrawingConversation:
    """Reads the newest drawing, always: one that was not read yet gives way to it, unless it is to be kept."""

    def __init__(self, channel: Channel, workspace: Workspace) -> None:
        self._channel = channel
        self._workspace = workspace
        self._drawn: Strokes = ()
        self._waiting: deque[_Drawing] = deque()
        self._due = asyncio.Event()
        self._room = asyncio.Semaphore(MOST_KEPT)

    async def converse(self) -> None:
        """Go on until the other side is gone."""
        await until_either_ends(self._take_in, self._read_all)

    async def _take_in(self) -> None:
        while (message := await self._channel.receive()) is not None:
            try:
                self._channel.count()
                asked = _parsed(message)
                drawing = _Drawing(asked, self._whole(asked), time.perf_counter())
            except HwrError as error:
                await self._channel.send_error(error, _name_in(message))
            else:
                await self._line_up(drawing)

    def _whole(self, asked: DrawnIn) -> Strokes:
        """Return the drawing with what was sent before, where this is added to it. Raises InvalidValue."""
        before = self._drawn if asked.add else ()
        drawn = (*before, *asked.drawn())
        if len(drawn) > MOST_STROKES or sum(map(len, drawn)) > MOST_POINTS:
            raise InvalidValue(
                f"The drawing has {len(drawn):,} strokes of {sum(map(len, drawn)):,} points; {MOST_STROKES:,} of "
                f"{MOST_POINTS:,} points together are allowed."
            )
        self._drawn = drawn
        return drawn

    async def _line_up(self, drawing: _Drawing) -> None:
        if drawing.asked.keep:
            await self._room.acquire()
        elif self._waiting and not self._waiting[-1].asked.keep:
            drawing.skipped = self._waiting.pop().skipped + 1
        self._waiting.append(drawing)
        self._due.set()

    async def _read_all(self) -> None:
        while True:
            await self._due.wait()
            drawing = self._waiting.popleft()
            if not self._waiting:
                self._due.clear()
            try:
                await self._channel.send(await self._read(drawing))
            except HwrError as error:
                await self._channel.send_error(error, drawing.asked.id)
            finally:
                if drawing.asked.keep:
                    self._room.release()

    async def _read(self, drawing: _Drawing) -> LivePredictionOut | LiveNumberOut:
        asked, workspace = drawing.asked, self._workspace
        image = await run_in_threadpool(drawing.image)
        told = {"id": asked.id, "skipped": drawing.skipped}
        if asked.kind == "number":
            found = await run_in_threadpool(workspace.read_number, image, enhancement_level=asked.enhancement_level)
            return LiveNumberOut.of(found, **told)
        if asked.keep:
            outcome = await asyncio.wrap_future(
                workspace.start_read_and_keep(
                    image, user_id=asked.user_id, source=Source.API, enhancement_level=asked.enhancement_level
                )
            )
        else:
            outcome = await run_in_threadpool(workspace.read, image, enhancement_level=asked.enhancement_level)
        return LivePredictionOut.of(outcome, total_time=time.perf_counter() - drawing.came, **told)


def _parsed(message: str) -> DrawnIn:
    try:
        asked = DrawnIn.model_validate_json(message)
    except ValidationError as error:
        raise InvalidValue(in_words([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()])) from error
    asked.confirm()
    return asked


def _name_in(message: str) -> str | int | None:
    """The id of a message that is wrong in some other way."""
    try:
        return Named.model_validate_json(message).id
    except ValidationError:
        return None
