"""Refuses a request body that is too large: by its declared length before a byte is read, otherwise as it arrives."""

from fastapi import HTTPException, status
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import error_response


class BodyLimit:
    """Pure ASGI middleware: it wraps `receive` and copies nothing."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._detail = f"The request has too many bytes; at most {max_bytes:,} are allowed."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = _declared_length(scope)
        if declared is None:
            await self._app(scope, self._counted(receive), send)
        elif declared <= self._max_bytes:  # the server itself reads no more than was declared
            await self._app(scope, receive, send)
        else:
            await error_response(status.HTTP_413_CONTENT_TOO_LARGE, self._detail)(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                # An HTTPException, because FastAPI turns any other error met while reading a body into a 400.
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, self._detail)
            return message

        return counted


def _declared_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None
