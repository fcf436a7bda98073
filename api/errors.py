"""The one table from errors to HTTP statuses. Each body is an ErrorOut."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from api.inputs.validation import in_words
from api.schemas.base import ErrorOut
from hwr_core.errors import (
    Conflict,
    DatasetMissing,
    HwrError,
    ImageError,
    ImageTooLarge,
    InvalidValue,
    ModelUnavailable,
    NotAllowed,
    NotAnImage,
    NotFound,
    NotInstalled,
    NotSignedIn,
    Stopped,
    StoreBusy,
    StoreError,
    TakesTooLong,
    TooManyRequests,
    UserInactive,
    WorkerLost,
)
from hwr_core.logs import current_request

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
"""The header with the id of a request, in what clients send and in every answer."""

POLICY_VIOLATION = 1008
"""The code with which a WebSocket is closed that is not allowed (RFC 6455, 7.4.1)."""

CLIENT_GONE = 499
"""The status of an answer that nobody waits for any more, as nginx logs it; HTTP itself has none."""

STATUS_OF: dict[type[HwrError], int] = {
    NotAnImage: status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    ImageTooLarge: status.HTTP_413_CONTENT_TOO_LARGE,
    TakesTooLong: status.HTTP_413_CONTENT_TOO_LARGE,
    ImageError: status.HTTP_400_BAD_REQUEST,
    InvalidValue: status.HTTP_422_UNPROCESSABLE_CONTENT,
    DatasetMissing: status.HTTP_422_UNPROCESSABLE_CONTENT,
    NotFound: status.HTTP_404_NOT_FOUND,
    NotSignedIn: status.HTTP_401_UNAUTHORIZED,
    NotAllowed: status.HTTP_403_FORBIDDEN,
    UserInactive: status.HTTP_403_FORBIDDEN,
    TooManyRequests: status.HTTP_429_TOO_MANY_REQUESTS,
    Conflict: status.HTTP_409_CONFLICT,
    Stopped: CLIENT_GONE,
    StoreError: status.HTTP_503_SERVICE_UNAVAILABLE,
    NotInstalled: status.HTTP_501_NOT_IMPLEMENTED,
    ModelUnavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
    WorkerLost: status.HTTP_503_SERVICE_UNAVAILABLE,
    HwrError: status.HTTP_500_INTERNAL_SERVER_ERROR,
}
"""An error has the status of its nearest ancestor here."""

WORDS = {
    status.HTTP_400_BAD_REQUEST: "The body of the request cannot be read.",
    status.HTTP_404_NOT_FOUND: "There is nothing at this address; /docs lists all addresses.",
    status.HTTP_405_METHOD_NOT_ALLOWED: "This address does not support this method; /docs lists those it does.",
}
"""Messages of ours in place of the framework's."""

UNEXPECTED = "Something went wrong on the server; its log has the details."

RETRY_AFTER = {"Retry-After": "2"}
"""Seconds after which to try a busy database again; whoever holds it gives way within about one."""

RESPONSES: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ErrorOut, "description": "The request is refused; `detail` says why."},
    "5XX": {"model": ErrorOut, "description": "The server cannot answer right now; `detail` says why."},
}
"""The errors in the documentation of every route."""


def error_response(code: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer to any error."""
    return JSONResponse(ErrorOut(detail=detail, request_id=current_request.get()).model_dump(), code, headers)


def status_of(error: HwrError) -> int:
    """Return the HTTP status of an error of ours."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def answer_to(error: HwrError) -> JSONResponse:
    """Return the answer to an error of ours; one that is the server's fault is logged."""
    code = status_of(error)
    if code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("Answered with %s: %s", code, error, exc_info=error)
    return error_response(code, str(error), _headers_of(error))


def _headers_of(error: HwrError) -> Mapping[str, str] | None:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    return RETRY_AFTER if isinstance(error, StoreBusy) else None


async def forbid(detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a request, or a WebSocket that is to be opened."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": detail})
    else:
        await error_response(status.HTTP_403_FORBIDDEN, detail)(scope, receive, send)


async def _on_hwr_error(_: Request, error: HwrError) -> JSONResponse:
    return answer_to(error)


async def _on_invalid_request(_: Request, error: RequestValidationError) -> JSONResponse:
    return error_response(status.HTTP_422_UNPROCESSABLE_CONTENT, in_words(error.errors()))


async def _on_http_error(_: Request, error: HTTPException) -> JSONResponse:
    return error_response(error.status_code, WORDS.get(error.status_code, error.detail), error.headers)


async def _on_unexpected(_: Request, __: Exception) -> JSONResponse:
    """Answer a fault of our own; Starlette raises it again afterwards, so that the server logs its traceback."""
    # The header too, since this answer is made outside all middleware.
    headers = {REQUEST_ID: current_request.get()}
    return error_response(status.HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED, headers)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    HwrError: _on_hwr_error,
    RequestValidationError: _on_invalid_request,
    HTTPException: _on_http_error,
    Exception: _on_unexpected,
}
"""The handlers of all errors, for the app to be built with."""
