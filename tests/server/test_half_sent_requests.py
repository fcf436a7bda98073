"""Clients that connect and send nothing, half a request, or too slowly, against the real server."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.handwriting import drawing, png
from tests.serving import Server, predict, serving

pytestmark = pytest.mark.slow

HEAD = b"POST /api/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits two seconds for headers and three for bodies, and holds 40 connections."""
    variables = {"HWR_HEADER_SECONDS": "2", "HWR_BODY_SECONDS": "3", "HWR_MAX_CONNECTIONS": "40"}
    with serving(tmp_path_factory.mktemp("half-sent") / "data", **variables) as server:
        yield server


def connect(server: Server) -> socket.socket:
    """Open a connection without saying anything."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def everything(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    received = b""
    try:
        while some := connection.recv(65536):
            received += some
    except ConnectionResetError:
        pass
    return received


def detail(answer: bytes) -> str:
    """The sentence of an answer of the server."""
    words: str = json.loads(answer.partition(b"\r\n\r\n")[2])["detail"]
    return words


def test_who_says_nothing_is_sent_away(server: Server):
    """Without a word, since none was spoken."""
    started = time.monotonic()
    with closing(connect(server)) as silent:
        assert everything(silent) == b""
    assert 1.0 < time.monotonic() - started < 30.0


def test_half_the_headers_are_not_waited_for(server: Server):
    """Also where a byte comes now and then, and the answer says what was wrong."""
    with closing(connect(server)) as slow:
        slow.sendall(HEAD)
        time.sleep(1.0)
        slow.sendall(b"X-More: ")
        answer = everything(slow)
    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert detail(answer) == "The headers of the request did not arrive within 2 seconds."


def test_half_a_body_is_not_waited_for(server: Server):
    """A body that was announced and does not come."""
    with closing(connect(server)) as slow:
        slow.sendall(HEAD + b'Content-Length: 5000\r\n\r\n{"image_data": "')
        answer = everything(slow)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert detail(answer).startswith("The body of the request came too slowly: 16 bytes in")


def test_a_body_may_take_its_time_while_it_comes_on(server: Server):
    """Six seconds for 12 KB is a slow line, not an attack."""
    body = json.dumps({"image_data": base64.b64encode(png(drawing(3)) + bytes(9_000)).decode()}).encode()
    with closing(connect(server)) as slow:
        slow.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for first in range(0, len(body), 1000):
            slow.sendall(body[first : first + 1000])
            time.sleep(6.0 * 1000 / len(body))
        answer = everything(slow)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["predicted_digit"] == 3


def test_headers_have_an_end(server: Server):
    """A name or a value that goes on and on is refused before it fills the memory."""
    with closing(connect(server)) as endless:
        answer = b""
        try:
            endless.sendall(HEAD + b"X-Long: ")
            for _ in range(80):
                endless.sendall(b"x" * 1024)
                time.sleep(0.001)
            answer = everything(endless)
        except (BrokenPipeError, ConnectionResetError):
            return  # the server has closed while we were sending, which takes the answer along
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert detail(answer) == "The headers of the request are too long; at most 65,536 bytes are allowed."


def test_headers_after_a_body_have_an_end_too(server: Server):
    """What follows a chunked body (trailers) is thrown away."""
    with closing(connect(server)) as endless:
        endless.sendall(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n")
        endless.sendall(b"X-After: 1\r\n" * 100 + b"\r\n")
        answer = everything(endless)
    assert answer.startswith(b"HTTP/1.1 422 ")


def test_requests_sent_at_once_are_answered_in_turn(server: Server):
    """The second is read while the first is answered, with its headers and all."""
    body = json.dumps({"image_data": base64.b64encode(png(drawing(3))).decode()}).encode()
    one = HEAD + b"Content-Length: %d\r\n" % len(body)
    with closing(connect(server)) as client:
        client.sendall(one + b"\r\n" + body + one + b"Connection: close\r\n\r\n" + body)
        answers = everything(client)
    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert answers.count(b'"predicted_digit":3') == 2


def test_idle_connections_keep_nobody_out(server: Server):
    """With three times as many silent connections as there may be, a client is answered, and answered again."""
    with ExitStack() as crowd, closing(server.connect()) as working:
        predict(working, png(drawing(3)))
        for _ in range(120):
            crowd.enter_context(closing(connect(server)))
            assert predict(working, png(drawing(3)))["predicted_digit"] == 3
        with closing(server.connect()) as newcomer:
            assert predict(newcomer, png(drawing(5)))["predicted_digit"] == 5


def test_bodies_that_do_not_come_keep_nobody_out(server: Server):
    """Half-sent bodies count as waiting too."""
    with ExitStack() as crowd, closing(server.connect()) as newcomer:
        for _ in range(60):
            half = crowd.enter_context(closing(connect(server)))
            half.sendall(HEAD + b"Content-Length: 5000\r\n\r\n{")
        time.sleep(0.5)
        assert predict(newcomer, png(drawing(5)))["predicted_digit"] == 5


def test_an_answer_that_nobody_reads_is_dropped(server: Server):
    """The page of the API's document is larger than what the system buffers when it is asked for many times."""
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with closing(socket.socket()) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.settimeout(20)
        deaf.connect(("127.0.0.1", server.port))
        deaf.sendall(ask * 60)
        time.sleep(8.0)
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        received = everything(deaf)
    with closing(server.connect()) as connection:
        connection.request("GET", "/openapi.json")
        once = len(connection.getresponse().read())
    assert once < len(received) < 60 * once
