"""Gives each request a log line and a place in the metrics, under the id that CorrelationIdMiddleware has found."""

import logging
import re
import time
import uuid

from asgi_correlation_id import correlation_id
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics.traffic import Requests
from hwr_core.logs import FIELDS, current_request

log = logging.getLogger(__name__)

OTHER = "other"
"""Stands for methods that HTTP does not have and for addresses that are not routes of the API, the dashboard's files
among them: clients choose those, and each would make a time series of its own."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_ACCEPTED = re.compile(r"[A-Za-z0-9._:=+-]{1,64}")
_UNTIL_ANSWERED = 500
"""The status of an answer that never began: the server makes one of these."""


class RequestLog:
    """Pure ASGI middleware, around all others of ours. The id stays set for what the server logs of a request's end."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log its answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        # A variable of hwr_core's own: what runs without a web server logs too, and imports no web library.
        current_request.set(correlation_id.get() or "")
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

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._log(scope, status, time.perf_counter() - started)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = _route(scope)
        self._requests.on_answer(method, route, status, seconds)
        fields = {"method": method, "route": route, "status": status, "duration_ms": _milliseconds(seconds)}
        log.log(_level(route, status), "Answered", extra={FIELDS: fields})


def _route(scope: Scope) -> str:
    """The route, not the path: that may hold private data, as a query does."""
    matched = scope.get("route")  # the dashboard has other kinds of route
    return matched.path if isinstance(matched, (APIRoute, APIWebSocketRoute)) else OTHER


def _level(route: str, status: int = 200) -> int:
    """A page of the dashboard loads dozens of files, which matter only when something goes wrong."""
    return logging.DEBUG if route == OTHER and status < 400 else logging.INFO


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def accepted_id(request_id: str) -> str:
    """Return the id that a client has given its request, or a new one where that is too long or could be markup."""
    return request_id if _ACCEPTED.fullmatch(request_id) else uuid.uuid4().hex
