"""How routes read JSON and forms: parsed fast, whatever spelling of its name a file has, and as large as an image."""

import json
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import HTTPException, Request, Response, status
from fastapi.routing import APIRoute
from pydantic_core import from_json
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

IN_NO_TIME = 64 * 1024
"""Bytes that are parsed faster than a thread takes over."""


async def parsed(body: bytes) -> Any:
    """Return what a body of JSON says.

    Raises JSONDecodeError, also for one that is nested too deeply or has half a character (a lone surrogate).
    """
    return parsed_now(body) if len(body) <= IN_NO_TIME else await run_in_threadpool(parsed_now, body)


def parsed_now(body: bytes) -> Any:
    """Return what a short body of JSON says. Raises JSONDecodeError, as `parsed` does."""
    try:
        return from_json(body)  # a parser in Rust, some five times as fast as Python's, with a bound on depth
    except ValueError as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


class _JsonRequest(Request):
    async def json(self) -> Any:
        return await parsed(await self.body())


class JsonRoute(APIRoute):
    """A route that takes JSON."""

    request_class: type[Request] = _JsonRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the route's own handler a request that is read so."""
        handle = super().get_route_handler()

        async def handle_so(request: Request) -> Response:
            return await handle(self.request_class(request.scope, request.receive))

        return handle_so


class _UploadRequest(_JsonRequest):
    async def _get_form(self, **limits: Any) -> FormData:
        if self._form is None and self.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            try:
                self._form = await _Parser(self.headers, self.stream(), **limits).parse()
            except MultiPartException as error:
                raise HTTPException(status.HTTP_400_BAD_REQUEST, error.message) from error
        return await super()._get_form(**limits)


class _Parser(MultiPartParser):
    """Takes a part with `filename*` alone (RFC 8187) for a file: some HTTP libraries send names with umlauts so.

    RFC 7578 forbids that spelling in forms, and Starlette takes such a part for a text.
    """

    def on_headers_finished(self) -> None:
        disposition = self._current_part.content_disposition or b""
        header = Message()
        header["Content-Disposition"] = disposition.decode("latin-1")
        if b"filename" not in parse_options_header(disposition)[1] and (name := header.get_filename()):
            inside = name.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "replace")
            self._current_part.content_disposition = disposition + b'; filename="' + inside + b'"'
        super().on_headers_finished()


class UploadRoute(JsonRoute):
    """A route that takes images."""

    request_class = _UploadRequest
