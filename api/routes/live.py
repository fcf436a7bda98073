"""Live channels: WebSockets on which drawings are read as they grow, and events are sent as they happen.

OpenAPI cannot describe WebSockets: `api/live/README.md` describes their messages.
"""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from pydantic import BeforeValidator

from api.auth.permissions import calls
from api.dependencies import ChannelsDep, WorkspaceDep
from api.live.channels import Channel, until_first_ends
from api.live.drawing import DrawingChannel
from api.schemas.fields import UserId
from api.schemas.live import EventOut, LostOut
from hwr_core.app import FeedKind, Listener, Workspace

router = APIRouter(prefix="/api/live")


def _without_former_name(kind: object) -> object:
    """Predictions were called readings once, and older clients still ask for those."""
    return FeedKind.PREDICTION if kind == "reading" else kind


Kind = Annotated[FeedKind, BeforeValidator(_without_former_name)]


@router.websocket("/draw")
@calls("read")
async def draw(websocket: WebSocket, workspace: WorkspaceDep, channels: ChannelsDep) -> None:
    """Read drawings while they are being drawn."""
    await channels.hold(websocket, "draw", lambda channel: DrawingChannel(channel, workspace).answer())


@router.websocket("/events")
@calls("listening")
async def events(
    websocket: WebSocket,
    workspace: WorkspaceDep,
    channels: ChannelsDep,
    kind: Annotated[list[Kind] | None, Query()] = None,
    user_id: Annotated[UserId | None, Query()] = None,
) -> None:
    """Send events as they happen, of some kinds and of one user if given."""
    await channels.hold(websocket, "events", partial(_send_events, workspace, kind or list(FeedKind), user_id))


async def _send_events(workspace: Workspace, kinds: list[FeedKind], user_id: int | None, channel: Channel) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    with workspace.listening(lambda: loop.call_soon_threadsafe(ready.set), kinds=kinds, user_id=user_id) as listener:
        await until_first_ends(partial(_discard_messages, channel), partial(_forward, listener, ready, channel))


async def _discard_messages(channel: Channel) -> None:
    """Ignore what is sent, until the client is gone."""
    while await channel.receive() is not None:
        await channel.count()


async def _forward(listener: Listener, ready: asyncio.Event, channel: Channel) -> None:
    while True:
        await ready.wait()
        ready.clear()
        items, lost = listener.take()
        if lost:
            await channel.send(LostOut(count=lost))
        for item in items:
            await channel.send(EventOut.of(item))
