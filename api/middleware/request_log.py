"""Gives each request an id, a log line and a place in the metrics."""

import logging
import re
import time
import uuid

from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import REQUEST_ID
from api.metrics import Requests
from hwr_core.logs import FIELDS, current_request

log = logging.getLogger(__name__)

OTHER = "other"
"""Instead of a method that HTTP does not have, and of the route of what is none of the API's: clients choose those,
and each would make a time series of its own. The dashboard's files are among them."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_SANE = re.compile(r"[A-Za-z0-9._:=+-]{1,64}")
_UNTIL_ANSWERED = 500
"""What an answer that never began counts as: the server makes one of this status."""


class RequestLog:
    """Pure ASGI middleware, the outermost of ours. The id stays set for what the server logs of a request's end."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note its answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        current_request.set(_request_id(scope))
        if scope["type"] == "websocket":
            await self._hold(scope, receive, send)
        else:
            with self._requests.in_progress.track_inprogress():
                await self._answer(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        try:
            with self._requests.websockets.track_inprogress():
                await self._app(scope, receive, send)
        finally:
            route = _route(scope)
            fields = {"route": route, "duration_ms": _milliseconds(time.perf_counter() - started)}
            log.log(_level(route), "WebSocket closed", extra={FIELDS: fields})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = _UNTIL_ANSWERED
        request_id = current_request.get()

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = _route(scope)
        self._requests.on_answer(method, route, status, seconds)
        fields = {"method": method, "route": route, "status": status, "duration_ms": _milliseconds(seconds)}
        log.log(_level(route, status), "Answered", extra={FIELDS: fields})


def _route(scope: Scope) -> str:
    """The route, not the path: that may hold what is nobody's business, as a query does."""
    matched = scope.get("route")  # the dashboard has routes of its own kinds
    return matched.path if isinstance(matched, (APIRoute, APIWebSocketRoute)) else OTHER


def _level(route: str, status: int = 200) -> int:
    """A page of the dashboard has dozens of files, and nobody asks for them but when something is wrong."""
    return logging.DEBUG if route == OTHER and status < 400 else logging.INFO


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _request_id(scope: Scope) -> str:
    """The client's own id, where it has a sane one, else a new one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex
