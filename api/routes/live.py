"""Live channels: WebSockets on which drawings are read as they grow, and on which events are sent.

OpenAPI has no words for WebSockets: `api/live/README.md` describes their messages.
"""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from api.auth.permissions import calls
from api.dependencies import ChannelsDep, WorkspaceDep
from api.live.channels import Channel, until_either_ends
from api.live.drawing import DrawingConversation
from api.schemas.fields import UserId
from api.schemas.live import EventOut, LostOut
from hwr_core.app.event_feed import FeedKind, Listener
from hwr_core.app.workspace import Workspace

router = APIRouter(prefix="/api/live")


@router.websocket("/draw")
@calls("read")
async def draw(websocket: WebSocket, workspace: WorkspaceDep, channels: ChannelsDep) -> None:
    """Read drawings while they are drawn."""
    await channels.hold(websocket, "draw", lambda channel: DrawingConversation(channel, workspace).converse())


@router.websocket("/events")
@calls("listening")
async def events(
    websocket: WebSocket,
    workspace: WorkspaceDep,
    channels: ChannelsDep,
    kind: Annotated[list[FeedKind] | None, Query()] = None,
    user_id: Annotated[UserId | None, Query()] = None,
) -> None:
    """Send events, of these kinds and of this user where given."""
    await channels.hold(websocket, "events", partial(_send_events, workspace, kind or list(FeedKind), user_id))


async def _send_events(workspace: Workspace, kinds: list[FeedKind], user_id: int | None, channel: Channel) -> None:
    loop, due = asyncio.get_running_loop(), asyncio.Event()
    with workspace.listening(lambda: loop.call_soon_threadsafe(due.set), kinds=kinds, user_id=user_id) as listener:
        await until_either_ends(partial(_listen_only, channel), partial(_pass_on, listener, due, channel))


async def _listen_only(channel: Channel) -> None:
    """Take no notice of what is sent, until the other side is gone."""
    while await channel.receive() is not None:
        channel.count()


async def _pass_on(listener: Listener, due: asyncio.Event, channel: Channel) -> None:
    while True:
        await due.wait()
        due.clear()
        items, lost = listener.take()
        if lost:
            await channel.send(LostOut(count=lost))
        for item in items:
            await channel.send(EventOut.of(item))
