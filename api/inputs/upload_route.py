"""Routes that take images: in forms, whatever spelling of its name a file has, and in JSON as large as an image."""

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
    """Return what a body of JSON says. Raises JSONDecodeError, also for one that is nested too deeply."""
    return _parsed(body) if len(body) <= IN_NO_TIME else await run_in_threadpool(_parsed, body)


def _parsed(body: bytes) -> Any:
    try:
        return from_json(body)  # a parser in Rust, some five times as fast as Python's, with a bound on depth
    except ValueError as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


class UploadRoute(APIRoute):
    """A route that takes images."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the route's own handler a request that is read so."""
        handle = super().get_route_handler()

        async def handle_upload(request: Request) -> Response:
            return await handle(_UploadRequest(request.scope, request.receive))

        return handle_upload


class _UploadRequest(Request):
    async def json(self) -> Any:
        return await parsed(await self.body())

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
