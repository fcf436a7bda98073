"""Authentication of every request, where sign-in is required: to API and dashboard, WebSockets and files included."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.credentials import Credential, caller_of, credential_of
from api.auth.permissions import ANYBODY, API, UNKNOWN, AddressRules, Rule
from api.auth.rate_limits import Rates
from api.errors import POLICY_VIOLATION, WORDS, answer_to
from api.middleware.body_limit import BodyLimit
from hwr_core.app import AuthService, Caller, Permission, require
from hwr_core.errors import HwrError, NotAllowed, NotFound, NotSignedIn, StoreError

CALLER = "hwr.caller"
"""The key in the scope under which the rest of the server finds the caller."""

RECHECK_SECONDS = 5.0
"""After so long the credential of an open WebSocket is checked again, though nothing is sent on it."""

ANONYMOUS_BYTES = 64 * 1024
"""The most that a request without a valid credential may send: a name and a password."""


class Authentication:
    """Pure ASGI middleware: admits the callers that the rule of the address admits, and tells the app who they are."""

    def __init__(self, app: ASGIApp, rates: Rates, rules: AddressRules) -> None:
        self._app = app
        self._for_anonymous = BodyLimit(app, ANONYMOUS_BYTES)
        self._rates = rates
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say why it is refused."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        auth_service: AuthService = scope["app"].state.workspace.access
        credential = credential_of(Headers(scope=scope))
        try:
            caller = await self._admitted(scope, credential, auth_service)
        except HwrError as error:
            await _refuse(error, scope, receive, send)
            return
        scope[CALLER] = caller
        if caller is None:
            await self._for_anonymous(scope, receive, send)
        elif scope["type"] == "websocket" and credential is not None:
            await self._app(scope, _while_valid(receive, credential, caller, auth_service), send)
        else:
            await self._app(scope, receive, send)

    async def _admitted(self, scope: Scope, credential: Credential | None, auth_service: AuthService) -> Caller | None:
        rule, address = self._rules.of(scope), address_of(scope)
        try:
            caller = await run_in_threadpool(caller_of, credential, auth_service) if credential else None
        except NotSignedIn:
            await self._rates.count(None, scope["path"], address)
            if rule != ANYBODY:
                raise
            return None
        await self._rates.count(caller, scope["path"], address)
        if caller is None and rule != ANYBODY:
            raise NotSignedIn("Sign in first, or send an API key or a token.")
        return caller and await _permitted(replace(caller, address=address), rule, scope, auth_service)


async def _permitted(caller: Caller, rule: Rule, scope: Scope, auth_service: AuthService) -> Caller:
    if rule == UNKNOWN:
        raise NotFound(WORDS[404])
    if isinstance(rule, Permission):
        try:
            require(caller, rule)
        except NotAllowed:
            await run_in_threadpool(auth_service.note, "refused", caller, f"{scope.get('method', '')} {scope['path']}")
            raise
    return caller


def _while_valid(receive: Receive, credential: Credential, caller: Caller, auth_service: AuthService) -> Receive:
    """Close a WebSocket once its user is signed out or has another role; the handshake alone would admit for ever."""

    async def while_valid() -> Message:
        incoming = asyncio.ensure_future(receive())
        try:
            while True:
                await asyncio.wait([incoming], timeout=RECHECK_SECONDS)
                message = incoming.result() if incoming.done() else None
                is_due = message is None or message["type"] == "websocket.receive"
                if is_due and not await run_in_threadpool(_is_still_valid, caller, credential, auth_service):
                    return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}
                if message is not None:
                    return message
        finally:
            incoming.cancel()

    return while_valid


def _is_still_valid(caller: Caller, credential: Credential, auth_service: AuthService) -> bool:
    """Whether a caller still has the same role; while the database is busy, which would know, yes."""
    try:
        return caller_of(credential, auth_service).role is caller.role
    except NotSignedIn:
        return False
    except StoreError:
        return True


async def _refuse(error: HwrError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    redirects = isinstance(error, NotSignedIn) and _opens_a_page(scope)
    answer: Response = RedirectResponse(_sign_in_of(scope), 303) if redirects else answer_to(error)
    await answer(scope, receive, send)


def _opens_a_page(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepted and not scope["path"].startswith(API)


def _sign_in_of(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    return f"/sign-in?next={quote(wanted)}"


def address_of(scope: Scope) -> str:
    """Return where a request comes from."""
    client: Any = scope.get("client")
    return client[0] if client else "unknown"
