"""The one table from what can go wrong to what HTTP calls it. Each body is that of ErrorOut."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from api.schemas.base import ErrorOut
from api.validation import in_words
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
    NotSignedIn,
    StoreBusy,
    StoreError,
    TooManyRequests,
    UserInactive,
)
from hwr_core.logs import current_request

log = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
"""The header that names a request, in what clients send and in every answer."""

POLICY_VIOLATION = 1008
"""How a WebSocket is closed that is not allowed (RFC 6455, 7.4.1)."""

STATUS_OF: dict[type[HwrError], int] = {
    NotAnImage: status.HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    ImageTooLarge: status.HTTP_413_CONTENT_TOO_LARGE,
    ImageError: status.HTTP_400_BAD_REQUEST,
    InvalidValue: status.HTTP_422_UNPROCESSABLE_CONTENT,
    DatasetMissing: status.HTTP_422_UNPROCESSABLE_CONTENT,
    NotFound: status.HTTP_404_NOT_FOUND,
    NotSignedIn: status.HTTP_401_UNAUTHORIZED,
    NotAllowed: status.HTTP_403_FORBIDDEN,
    UserInactive: status.HTTP_403_FORBIDDEN,
    TooManyRequests: status.HTTP_429_TOO_MANY_REQUESTS,
    Conflict: status.HTTP_409_CONFLICT,
    StoreError: status.HTTP_503_SERVICE_UNAVAILABLE,
    ModelUnavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
    HwrError: status.HTTP_500_INTERNAL_SERVER_ERROR,
}
"""An error takes the status of its nearest ancestor here."""

WORDS = {
    status.HTTP_400_BAD_REQUEST: "The request's body cannot be read.",
    status.HTTP_404_NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
    status.HTTP_405_METHOD_NOT_ALLOWED: "This address does not take this method; /docs lists what it takes.",
}
"""Ours instead of the framework's, which would be a library's text."""

UNEXPECTED = "Something went wrong on our side; the server's log tells more."

RETRY_AFTER = {"Retry-After": "2"}
"""Seconds after which a busy database is worth another try; a holder gives way within about one."""

RESPONSES: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ErrorOut, "description": "The request cannot be answered as it is; `detail` says why."},
    "5XX": {"model": ErrorOut, "description": "The server cannot answer at present; `detail` says why."},
}
"""What the documentation says of errors, for every route."""


def error_response(code: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer that every error has."""
    request_id = current_request.get()
    body = ErrorOut(detail=detail, request_id=request_id).model_dump()
    # The header too: the answer to a fault of our own is made outside of what else sets it.
    return JSONResponse(body, code, {**(headers or {}), REQUEST_ID: request_id})


def status_of(error: HwrError) -> int:
    """Return the HTTP status of an error of ours."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def answer_to(error: HwrError) -> JSONResponse:
    """Return the answer to an error of ours, and log one that is the server's fault."""
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
    """Answer a request, or a WebSocket that is to be opened, that it is not allowed at all."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": detail})
    else:
        await error_response(status.HTTP_403_FORBIDDEN, detail)(scope, receive, send)


async def _of_hwr(_: Request, error: HwrError) -> JSONResponse:
    return answer_to(error)


async def _of_validation(_: Request, error: RequestValidationError) -> JSONResponse:
    return error_response(status.HTTP_422_UNPROCESSABLE_CONTENT, in_words(error.errors()))


async def _of_http(_: Request, error: HTTPException) -> JSONResponse:
    return error_response(error.status_code, WORDS.get(error.status_code, error.detail), error.headers)


async def _of_anything_else(_: Request, __: Exception) -> JSONResponse:
    """Answer a fault of our own; Starlette raises it again afterwards, so that the server logs its traceback."""
    return error_response(status.HTTP_500_INTERNAL_SERVER_ERROR, UNEXPECTED)


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    HwrError: _of_hwr,
    RequestValidationError: _of_validation,
    HTTPException: _of_http,
    Exception: _of_anything_else,
}
"""All of them, for the app to be built with."""
