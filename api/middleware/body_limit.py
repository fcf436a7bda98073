"""Refuses a request body that is too large: by its declared length before a byte is read, otherwise as it arrives."""

from collections.abc import Collection

from fastapi import HTTPException, status
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import error_response

PLAIN_BYTES = 64 * 1024
"""Most bytes of a body that is neither a form with files nor JSON with an image."""

MOST_VALUES = 10_000
"""Most values in JSON with an image: base64 has none of the characters that begin or part them."""

_OTHERS = bytes(set(range(256)) - set(b"[{,"))


class BodyLimit:
    """Pure ASGI middleware: it wraps `receive` and copies nothing."""

    def __init__(
        self, app: ASGIApp, max_bytes: int, max_image_bytes: int = 0, image_paths: Collection[str] = ()
    ) -> None:
        """Limit bodies.

        Args:
            app: what the request is for.
            max_bytes: most bytes of a form with files.
            max_image_bytes: most bytes of an image, which JSON holds as base64.
            image_paths: where JSON may hold one.
        """
        self._app = app
        self._max_bytes = max_bytes
        self._max_json = min(max_bytes, max_image_bytes * 4 // 3 + PLAIN_BYTES)
        self._image_paths = image_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        has_files = headers.get("content-type", "").lower().startswith("multipart/form-data")
        has_image = not has_files and scope["path"] in self._image_paths
        most = self._max_bytes if has_files else self._max_json if has_image else PLAIN_BYTES
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            await error_response(status.HTTP_413_CONTENT_TOO_LARGE, _too_large(most))(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, most, MOST_VALUES if has_image else None), send)


def _too_large(most: int) -> str:
    return f"The request has too many bytes; at most {most:,} are allowed."


def _counted(receive: Receive, most: int, most_values: int | None) -> Receive:
    received = values = 0

    async def counted() -> Message:
        nonlocal received, values
        message = await receive()
        body = message.get("body", b"")
        received += len(body)
        # HTTPExceptions, because FastAPI turns any other error met while reading a body into a 400.
        if received > most:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, _too_large(most))
        if most_values is not None:
            values += len(body.translate(None, _OTHERS))
            if values > most_values:
                words = f"The request's JSON has too many values; at most {most_values:,} are allowed."
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, words)
        return message

    return counted
