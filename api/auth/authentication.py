"""The door, where sign-in is required: in front of API and dashboard, their WebSockets and files included."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.credentials import Shown, caller_of, shown_by
from api.auth.permissions import ANYBODY, API, UNKNOWN, AddressRules, Rule
from api.auth.rate_limits import Rates
from api.errors import POLICY_VIOLATION, WORDS, answer_to
from api.middleware.body_limit import BodyLimit
from hwr_core.auth.permissions import Caller, Permission, require
from hwr_core.auth.service import AuthService
from hwr_core.errors import HwrError, NotAllowed, NotFound, NotSignedIn, StoreError

CALLER = "hwr.caller"
"""Where in the scope the rest of the server finds who asks."""

ASK_AGAIN = 5.0
"""Seconds after which somebody with an open WebSocket is looked at again, though they send nothing."""

STRANGERS_BYTES = 64 * 1024
"""What anybody may send who has not shown who they are: a name and a password."""


class Authentication:
    """Pure ASGI middleware: lets through whom the rule of the address lets through, and says who it is."""

    def __init__(self, app: ASGIApp, rates: Rates, rules: AddressRules) -> None:
        self._app = app
        self._for_strangers = BodyLimit(app, STRANGERS_BYTES)
        self._rates = rates
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        auth_service: AuthService = scope["app"].state.workspace.access
        shown = shown_by(Headers(scope=scope))
        try:
            caller = await self._admitted(scope, shown, auth_service)
        except HwrError as error:
            await _refuse(error, scope, receive, send)
            return
        scope[CALLER] = caller
        if caller is None:
            await self._for_strangers(scope, receive, send)
        elif scope["type"] == "websocket" and shown is not None:
            await self._app(scope, _while_known(receive, shown, caller, auth_service), send)
        else:
            await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope, shown: Shown | None, auth_service: AuthService) -> Caller | None:
        rule, address = self._rules.of(scope), address_of(scope)
        try:
            caller = await run_in_threadpool(caller_of, shown, auth_service) if shown else None
        except NotSignedIn:
            self._rates.count(None, scope["path"], address)
            if rule != ANYBODY:
                raise
            return None
        self._rates.count(caller, scope["path"], address)
        if caller is None and rule != ANYBODY:
            raise NotSignedIn("Sign in first, or send an API key or a token.")
        return caller and await _with_right(replace(caller, address=address), rule, scope, auth_service)


async def _with_right(caller: Caller, rule: Rule, scope: Scope, auth_service: AuthService) -> Caller:
    if rule == UNKNOWN:
        raise NotFound(WORDS[404])
    if isinstance(rule, Permission):
        try:
            require(caller, rule)
        except NotAllowed:
            await run_in_threadpool(auth_service.note, "refused", caller, f"{scope.get('method', '')} {scope['path']}")
            raise
    return caller


def _while_known(receive: Receive, shown: Shown, caller: Caller, auth_service: AuthService) -> Receive:
    """Hang up as soon as whoever speaks is signed out or has another role: the handshake alone would let them in."""

    async def while_known() -> Message:
        waited_for = asyncio.ensure_future(receive())
        try:
            while True:
                await asyncio.wait([waited_for], timeout=ASK_AGAIN)
                message = waited_for.result() if waited_for.done() else None
                speaks = message is None or message["type"] == "websocket.receive"
                if speaks and not await run_in_threadpool(_is_still, caller, shown, auth_service):
                    return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
                if message is not None:
                    return message
        finally:
            waited_for.cancel()

    return while_known


def _is_still(caller: Caller, shown: Shown, auth_service: AuthService) -> bool:
    """Whether somebody is still let in as whom they were; so they are while the database, which knows, is busy."""
    try:
        return caller_of(shown, auth_service).role is caller.role
    except NotSignedIn:
        return False
    except StoreError:
        return True


async def _refuse(error: HwrError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    to_sign_in = isinstance(error, NotSignedIn) and _opens_a_page(scope)
    answer: Response = RedirectResponse(_sign_in_of(scope), 303) if to_sign_in else answer_to(error)
    await answer(scope, receive, send)


def _opens_a_page(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepted and not scope["path"].startswith(API)


def _sign_in_of(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    asked = scope["path"] + (f"?{query}" if query else "")
    return f"/sign-in?next={quote(asked)}"


def address_of(scope: Scope) -> str:
    """Return where a request comes from."""
    client: Any = scope.get("client")
    return client[0] if client else "unknown"
