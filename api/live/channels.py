"""The open live channels: how many a client may have, and how they open and close."""

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

MAX_OPEN = 32
"""Channels that a user, a key or the address of somebody not signed in may have open at once."""
MAX_CHARACTERS = 1024 * 1024
"""The longest message."""

DONE, TOO_LARGE, TRY_LATER = 1000, 1009, 1013
"""Codes with which a channel is closed, besides POLICY_VIOLATION."""

REASONS = {
    POLICY_VIOLATION: "Sign in again, or ask only for what you may see.",
    TOO_LARGE: f"A message may have at most {MAX_CHARACTERS:,} characters.",
}


@dataclass(slots=True)
class Channel:
    """One open channel. Its messages count towards the rate limit like requests."""

    websocket: WebSocket
    live: Live
    rates: Rates | None
    kind: str
    code: int = DONE
    """The code with which it will be closed."""
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self) -> str | None:
        """Return the next message; None once the client is gone, or has to be disconnected."""
        message = await self.websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.code = message.get("code", DONE)
            return None
        content: str | bytes = message.get("text") or message.get("bytes") or ""
        if len(content) > MAX_CHARACTERS:
            self.code = TOO_LARGE
            return None
        self.live.messages.labels(self.kind, "in").inc()
        return content if isinstance(content, str) else content.decode("utf-8", "replace")

    async def count(self) -> None:
        """Count a message. Raises TooManyRequests."""
        scope = self.websocket.scope
        if self.rates is not None:
            await self.rates.count(scope.get(CALLER), scope["path"], address_of(scope))

    async def send(self, message: BaseModel) -> None:
        """Send a message. Raises WebSocketDisconnect if the client is gone."""
        async with self._sending:
            await self.websocket.send_text(message.model_dump_json())
        self.live.messages.labels(self.kind, "out").inc()

    async def send_error(self, error: HwrError, message_id: str | int | None = None) -> None:
        """Say why a message cannot be answered."""
        await self.send(
            LiveErrorOut(
                id=message_id,
                status=status_of(error),
                detail=str(error),
                request_id=current_request.get(),
                retry_after=error.retry_after if isinstance(error, TooManyRequests) else None,
            )
        )


class Channels:
    """All open channels of this process."""

    def __init__(self, live: Live, rates: Rates | None) -> None:
        self._live = live
        self._rates = rates
        self._open: Counter[str] = Counter()

    async def hold(self, websocket: WebSocket, kind: str, handle: Callable[[Channel], Awaitable[None]]) -> None:
        """Open a channel, run its handler until either side is done, and close it."""
        client = client_name(websocket.scope.get(CALLER), address_of(websocket.scope))
        await websocket.accept()
        if self._open[client] >= MAX_OPEN:
            await websocket.close(TRY_LATER, f"At most {MAX_OPEN} live channels may be open at once.")
            return
        channel = Channel(websocket, self._live, self._rates, kind)
        self._open[client] += 1
        try:
            with self._live.open.labels(kind).track_inprogress():
                await _run(channel, handle)
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


async def until_first_ends(*tasks: Callable[[], Awaitable[None]]) -> None:
    """Run tasks until one of them ends, and cancel the others. Raises its HwrError or WebSocketDisconnect."""
    errors: list[Exception] = []
    async with anyio.create_task_group() as group:

        async def run(task: Callable[[], Awaitable[None]]) -> None:
            try:
                await task()
            except (HwrError, WebSocketDisconnect) as error:
                errors.append(error)
            group.cancel_scope.cancel()

        for task in tasks:
            group.start_soon(run, task)
    if errors:
        raise errors[0]


async def _run(channel: Channel, handle: Callable[[Channel], Awaitable[None]]) -> None:
    with suppress(WebSocketDisconnect):
        try:
            await handle(channel)
        except HwrError as error:
            channel.code = POLICY_VIOLATION
            await channel.send_error(error)
        with suppress(RuntimeError):  # the client had closed it already
            await channel.websocket.close(channel.code, REASONS.get(channel.code))
