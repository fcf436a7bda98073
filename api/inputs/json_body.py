"""JSON bodies with an image in them: parsed beside the event loop, which other requests wait for."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool

IN_NO_TIME = 64 * 1024
"""Bytes that are parsed faster than a thread takes over."""


async def parsed(body: bytes) -> Any:
    """Return what a body of JSON says. Raises JSONDecodeError, also for one that is nested too deeply."""
    return _parsed(body) if len(body) <= IN_NO_TIME else await run_in_threadpool(_parsed, body)


def _parsed(body: bytes) -> Any:
    try:
        return from_json(body)  # a parser in Rust, some five times as fast as Python's, with a bound on depth
    except ValueError as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


class _ImageRequest(Request):
    async def json(self) -> Any:
        return await parsed(await self.body())


class ImageRoute(APIRoute):
    """A route whose JSON bodies may be as large as an image."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the route's own handler a request that parses so."""
        handle = super().get_route_handler()

        async def handle_image(request: Request) -> Response:
            return await handle(_ImageRequest(request.scope, request.receive))

        return handle_image
