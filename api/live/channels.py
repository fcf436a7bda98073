"""The live channels that are open: how many, whose, and how they begin and end."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
from pydantic import BaseModel
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.auth.authentication import CALLER, address_of
from api.auth.rate_limits import Rates, client_name
from api.errors import POLICY_VIOLATION, status_of
from api.metrics.traffic import Live
from api.schemas.live import LiveErrorOut
from hwr_core.errors import HwrError, TooManyRequests
from hwr_core.logs import current_request

MOST_OPEN = 32
"""Channels that a person, a key or a stranger's address may have open at once."""
MOST_CHARACTERS = 1024 * 1024
"""Of one message."""

DONE, TOO_LARGE, TRY_LATER = 1000, 1009, 1013
"""Codes with which a channel is closed, beside POLICY_VIOLATION."""

REASONS = {
    POLICY_VIOLATION: "Sign in again, or ask for what you may see.",
    TOO_LARGE: f"A message may have {MOST_CHARACTERS:,} characters.",
}


@dataclass(slots=True)
class Channel:
    """One open channel. Its messages are counted like requests."""

    websocket: WebSocket
    live: Live
    rates: Rates | None
    kind: str
    code: int = DONE
    """With which it will be closed."""
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self) -> str | None:
        """Return the next message; None when there will be none, since the other side is gone or has to go."""
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.code = message.get("code", DONE)
            return None
        content: str | bytes = message.get("text") or message.get("bytes") or ""
        if len(content) > MOST_CHARACTERS:
            self.code = TOO_LARGE
            return None
        self.live.messages.labels(self.kind, "in").inc()
        return content if isinstance(content, str) else content.decode("utf-8", "replace")

    def count(self) -> None:
        """Count a message. Raises TooManyRequests."""
        scope = self.websocket.scope
        if self.rates is not None:
            self.rates.count(scope.get(CALLER), scope["path"], address_of(scope))

    async def send(self, message: BaseModel) -> None:
        """Send a message; raises WebSocketDisconnect when nobody is there to take it."""
        async with self._sending:
            await self.websocket.send_text(message.model_dump_json())
        self.live.messages.labels(self.kind, "out").inc()

    async def send_error(self, error: HwrError, name: str | int | None = None) -> None:
        """Say why a message is not answered."""
        await self.send(
            LiveErrorOut(
                id=name,
                status=status_of(error),
                detail=str(error),
                request_id=current_request.get(),
                retry_after=error.retry_after if isinstance(error, TooManyRequests) else None,
            )
        )


class Channels:
    """All that are open in this process."""

    def __init__(self, live: Live, rates: Rates | None) -> None:
        self._live = live
        self._rates = rates
        self._open: Counter[str] = Counter()

    async def hold(self, websocket: WebSocket, kind: str, converse: Callable[[Channel], Awaitable[None]]) -> None:
        """Open a channel, let it be used until either side is done with it, and close it."""
        who = client_name(websocket.scope.get(CALLER), address_of(websocket.scope))
        await websocket.accept()
        if self._open[who] >= MOST_OPEN:
            await websocket.close(TRY_LATER, f"At most {MOST_OPEN} live channels may be open at once.")
            return
        channel = Channel(websocket, self._live, self._rates, kind)
        self._open[who] += 1
        try:
            with self._live.open.labels(kind).track_inprogress():
                await _used(channel, converse)
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


async def until_either_ends(*works: Callable[[], Awaitable[None]]) -> None:
    """Do both until one of them ends, and end the other. Raises HwrError and WebSocketDisconnect, as they do."""
    errors: list[Exception] = []
    async with anyio.create_task_group() as both:

        async def done(work: Callable[[], Awaitable[None]]) -> None:
            try:
                await work()
            except (HwrError, WebSocketDisconnect) as error:
                errors.append(error)
            both.cancel_scope.cancel()

        for work in works:
            both.start_soon(done, work)
    if errors:
        raise errors[0]


async def _used(channel: Channel, converse: Callable[[Channel], Awaitable[None]]) -> None:
    with suppress(WebSocketDisconnect):
        try:
            await converse(channel)
        except HwrError as error:
            channel.code = POLICY_VIOLATION
            await channel.send_error(error)
        with suppress(RuntimeError):  # the other side had closed it already
            await channel.websocket.close(channel.code, REASONS.get(channel.code))
