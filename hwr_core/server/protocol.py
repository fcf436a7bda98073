"""A connection of uvicorn that waits for its client for a limited time, and holds a limited part of a request."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hwr_core.server.connections import Connections

HEAD_BYTES = 64 * 1024
"""Most bytes of a request's line and headers, and of anything else between two parts of its body."""

BYTES_PER_SECOND = 1024
"""What a client has to send or to take on an average, once its first seconds are over."""

TRY_AGAIN = 5
"""Seconds after which a client that found no room may ask again."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may keep the server waiting, in seconds."""

    head: float
    """For the line and the headers of a request."""
    body: float
    """For its body, and for taking the answer, before BYTES_PER_SECOND are asked for."""


class Stage(Enum):
    """What a connection is about."""

    HEAD = auto()
    """The server waits for a request, or for the rest of its headers."""
    BODY = auto()
    """The server waits for the rest of a request's body."""
    ANSWER = auto()
    """The client waits for the answer."""
    WEBSOCKET = auto()
    """It is a WebSocket now, and another protocol's."""


class Connection(HttpToolsProtocol):
    """One client's connection, after Apache's mod_reqtimeout: some seconds, and one more for every kilobyte."""

    def __init__(self, *, connections: Connections, patience: Patience, **given: Any) -> None:
        super().__init__(**given)
        self._open = connections
        self._patience = patience
        self._stage = Stage.HEAD
        self._waited = 0
        self._without_body = 0
        self._body = 0
        self._in_head = True
        self._requests = 0
        self._unsent_at_first = 0
        self._unread = 0

    @property
    def address(self) -> str | None:
        """The address of what connected, which may be a proxy."""
        return self.client[0] if self.client else None

    @property
    def is_closed(self) -> bool:
        """Whether this was a WebSocket: its end is told to the other protocol."""
        return self._stage is Stage.WEBSOCKET and self.transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take in a client, if there is room."""
        super().connection_made(transport)
        if not self._open.admit(self):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "The server has all the connections it can take. Try again.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        super().connection_lost(exc)
        self._open.leave(self)

    def data_received(self, data: bytes) -> None:
        """Read on, but no headers without end."""
        if self._stage is Stage.HEAD and not self._without_body:
            self._waited = 0
        self._without_body += len(data)
        super().data_received(data)
        if self._without_body > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"The headers of the request are too long; at most {HEAD_BYTES:,} bytes are allowed.",
            )

    def on_message_begin(self) -> None:
        """Begin with a request; where several are sent at once, the one before may still be answered."""
        super().on_message_begin()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those that follow a body would be kept without end, and nothing asks for them."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Wait for the body."""
        super().on_headers_complete()
        self._in_head = False
        self._requests += 1
        if self.parser.should_upgrade() and self._should_upgrade():
            self._stage = Stage.WEBSOCKET
            self._open.works_for(self)
        else:
            self._wait_for(Stage.BODY)

    def on_body(self, body: bytes) -> None:
        """Count what comes."""
        self._without_body = 0
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Let the client wait for the answer, unless it has it."""
        super().on_message_complete()
        self._without_body = 0
        if self._stage is Stage.BODY:
            self._stage = Stage.ANSWER
            self._open.works_for(self)
            self._wait_for_next()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._wait_for_next()

    def resume_writing(self) -> None:
        """Be patient anew with a client that has taken most of what there was for it."""
        super().resume_writing()
        self._unread = 0

    def give_way(self) -> None:
        """End at once, in favour of another client."""
        if self._is_idle():
            self.transport.close()
        else:
            self._refuse(
                HTTPStatus.SERVICE_UNAVAILABLE, "The rest of the request took long, and others wait. Try again."
            )

    def on_second(self) -> bool:
        """End where the client has taken too long."""
        if self._stage is Stage.WEBSOCKET:
            return False
        if unsent := self.transport.get_write_buffer_size():
            return self._is_unread(unsent)
        self._unread = 0
        if self._stage is Stage.BODY and not self.flow.read_paused:
            return self._has_no_body()
        return self._stage is Stage.HEAD and self._has_no_head()

    def _wait_for(self, stage: Stage) -> None:
        self._stage, self._waited, self._body = stage, 0, 0
        self._open.waits_for(self)

    def _wait_for_next(self) -> None:
        # Of several requests sent at once, `cycle` is the last.
        if self._stage is Stage.ANSWER and self.cycle.response_complete:
            self._wait_for(Stage.HEAD)

    def _is_idle(self) -> bool:
        return self._stage is Stage.HEAD and not self._without_body

    def _has_no_head(self) -> bool:
        self._waited += 1
        if self._waited <= self._patience.head or (self._is_idle() and self._requests):
            return False  # between two requests uvicorn has its own limit
        if self._is_idle():
            self.transport.close()
        else:
            self._refuse(
                HTTPStatus.REQUEST_TIMEOUT,
                f"The headers of the request did not arrive within {self._patience.head:g} seconds.",
            )
        return True

    def _has_no_body(self) -> bool:
        self._waited += 1
        if self._waited <= self._patience.body + self._body / BYTES_PER_SECOND:
            if self._body >= self._waited * BYTES_PER_SECOND:
                self._open.waits_for(self)  # the last to give way, as long as it comes on
            return False
        self._refuse(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The body of the request came too slowly: {self._body:,} bytes in {self._waited} seconds.",
        )
        return True

    def _is_unread(self, unsent: int) -> bool:
        if not self._unread:
            self._unsent_at_first = unsent
        self._unread += 1
        taken = max(0, self._unsent_at_first - unsent)
        if self._unread <= self._patience.body + taken / BYTES_PER_SECOND:
            return False
        self.transport.abort()
        return True

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer in place of the API, and end."""
        if self._requests and not self.cycle.response_complete:
            self.cycle.disconnected = True  # what the API still has to say is not sent
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(b"".join(_answer(status, detail)))
        self.transport.close()


def _answer(status: HTTPStatus, detail: str) -> Iterable[bytes]:
    """Yield an answer like the API's own."""
    body = json.dumps({"success": False, "detail": detail, "request_id": None}).encode()
    yield f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n".encode()
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        yield f"Retry-After: {TRY_AGAIN}\r\n".encode()
    yield f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    yield body
