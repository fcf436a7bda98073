"""Tells long work whether its client still waits for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

from fastapi import Request
from starlette.types import Receive

from hwr_core.app import OnProgress
from hwr_core.errors import Stopped


@asynccontextmanager
async def waiting_client(request: Request) -> AsyncIterator[OnProgress]:
    """Yield a function to call at each step of the work; it raises Stopped once the client is gone.

    The body of the request has been read: the next thing that a client can do is to leave.
    """
    gone = Event()

    def confirm(_: float) -> None:
        if gone.is_set():
            raise Stopped("The client is gone.")

    watch = asyncio.create_task(_notice(request.receive, gone))
    try:
        yield confirm
    finally:
        watch.cancel()


async def _notice(receive: Receive, gone: Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
