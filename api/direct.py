"""The short way of the most frequent request, past FastAPI's routing and dependencies.

Of 0.45 ms of processor time that a request to `/api/predict` took beside reading and storing, these were 0.3.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import HANDLERS, answer_to
from api.inputs.request_bodies import IN_NO_TIME
from hwr_core.errors import HwrError

Answer: TypeAlias = Callable[[Request, bytes], Awaitable[Response | None]]
"""Answers a request by its JSON; None for one that is to go the ordinary way, as all do that are to be refused."""

ORDINARY = frozenset({b"x-experiment-unit", b"content-encoding"})
"""Headers whose requests go the ordinary way."""


@dataclass(frozen=True, slots=True)
class Short:
    """The short way of a route."""

    route: APIRoute
    """Documents the requests and their answers; the log and the metrics name it."""
    answer: Answer


class Direct:
    """Pure ASGI middleware, the innermost: answers plain JSON of known addresses, and passes on everything else.

    What a request says is validated by the schema of its route, and what is wrong with it is said by the route.
    """

    def __init__(self, app: ASGIApp, short: Mapping[str, Short]) -> None:
        """Take short ways.

        Args:
            app: the ordinary way.
            short: the short ways by address; all of them are POST.
        """
        self._app = app
        self._short = short

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on with its body."""
        short = self._short.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if short is None or not _is_plain_json(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        scope["route"] = short.route  # before the answer: the log names it where that fails
        try:
            messages = await _messages(receive)
            response = await short.answer(request, _body(messages)) if _is_whole(messages) else None
        except HwrError as error:
            response = answer_to(error)
        except HTTPException as error:  # the body is too large
            response = await HANDLERS[HTTPException](request, error)
        if response is None:
            await self._app(scope, _again(messages, receive), send)
        else:
            await response(scope, receive, send)


def _is_plain_json(scope: Scope) -> bool:
    kind = b""
    for name, value in scope["headers"]:
        if name in ORDINARY:
            return False
        if name == b"content-type":
            kind = value
    return kind.partition(b";")[0].strip().lower() == b"application/json"


async def _messages(receive: Receive) -> list[Message]:
    """Take in the body, or as much of it as is parsed in no time."""
    messages = [await receive()]
    size = len(messages[0].get("body", b""))
    while messages[-1].get("more_body", False) and size <= IN_NO_TIME:
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
    return messages


def _is_whole(messages: list[Message]) -> bool:
    last = messages[-1]
    return last["type"] == "http.request" and not last.get("more_body", False)


def _body(messages: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in messages)


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that begins with what was taken in already."""
    taken = iter(messages)

    async def again() -> Message:
        return next(taken, None) or await receive()

    return again
