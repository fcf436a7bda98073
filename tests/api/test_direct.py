"""The short way of a prediction: the same answers as the ordinary way, and no refusals of its own."""

import json
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from starlette.types import Message, Receive, Scope, Send

from api.direct import Direct, Short
from api.inputs.request_bodies import IN_NO_TIME
from api.routes import predict as routes
from tests.api.client import Predict, drawn, finished, samples

ORDINARY = {"X-Experiment-Unit": "branch-17"}
"""Headers that send a request the ordinary way."""
CHANGING = ("prediction_id", "timestamp", "processing_time", "total_time")
JSON = (b"content-type", b"application/json")
ROUTE = next(route for route in routes.router.routes if isinstance(route, APIRoute))


def _schema(client: TestClient) -> dict[str, Any]:
    """The documented schema of the answer, with all that it refers to."""
    document = client.get("/openapi.json").json()
    answer = document["paths"]["/api/predict"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    return {"components": document["components"], **answer}


@pytest.mark.parametrize("script", ["western", "bengali", "auto"])
def test_answer_is_as_documented(client: TestClient, seven: bytes, script: str) -> None:
    """Each field of the document, and no other, with a value that its schema allows."""
    schema = _schema(client)
    answer = client.post("/api/predict", json=drawn(seven) | {"script": script}).json()
    Draft202012Validator(schema).validate(answer)
    documented = schema["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]["properties"]
    assert answer.keys() == documented.keys()


@pytest.mark.parametrize("image", ["seven", "blank"])
def test_both_ways_answer_alike(client: TestClient, request: pytest.FixtureRequest, image: str) -> None:
    """Fields, their order, values and headers; what belongs to the moment is of the same type."""
    body = drawn(request.getfixturevalue(image))
    short, ordinary = (client.post("/api/predict", json=body, headers=headers) for headers in ({}, ORDINARY))
    assert short.status_code == ordinary.status_code == 200
    assert [*short.headers] == [*ordinary.headers]
    assert short.headers["content-type"] == ordinary.headers["content-type"]
    one, other = short.json(), ordinary.json()
    assert [*one] == [*other]
    for name, value in one.items():
        assert type(value) is type(other[name])
        assert value == other[name] or name in CHANGING


def test_both_ways_refuse_alike(client: TestClient) -> None:
    """An image that is none, a user who does not exist, a field that is wrong, JSON that is none."""
    for body in (
        '{"image_data": "AAAA"}',
        '{"image_data": "!"}',
        '{"user_id": 0}',
        '{"image_data": ""}',
        "{",
        "[]",
        "",
    ):
        headers = {"Content-Type": "application/json"}
        short, ordinary = (client.post("/api/predict", content=body, headers=headers | more) for more in ({}, ORDINARY))
        assert short.status_code == ordinary.status_code >= 400
        assert short.json()["detail"] == ordinary.json()["detail"]


def test_metrics_name_the_route(client: TestClient, predict: Predict) -> None:
    """Whichever way a request went."""
    predict()
    assert samples(client)["hwr_http_requests_total{method=POST,route=/api/predict,status=200}"] == 1


class _Ways:
    """A short way that answers `{"short": true}` to an object, around an ordinary one that notes what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.ended: list[str] = []
        self.app = Direct(self._ordinary, {"/short": Short(ROUTE, self._short)})

    async def _short(self, _: Request, body: bytes) -> Response | None:
        return Response('{"short": true}') if isinstance(json.loads(body), dict) else None

    async def _ordinary(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, message = b"", await receive()
        while message["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
            message = await receive()
        self.ended.append(message["type"])
        self.bodies.append(body)
        await Response("ordinary")(scope, receive, send)

    def answer(self, chunks: list[bytes], *headers: tuple[bytes, bytes], gone: bool = False, **scope: Any) -> bytes:
        """Return the answer to a body in chunks, whose client is gone after them or waits."""
        messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if gone:
            messages.append({"type": "http.disconnect"})
        else:
            messages[-1]["more_body"] = False
        taken, sent = iter(messages), list[Message]()

        async def receive() -> Message:
            return next(taken)

        async def send(message: Message) -> None:
            sent.append(message)

        base = {"type": "http", "method": "POST", "path": "/short", "headers": headers or [JSON]}
        finished(self.app(base | scope, receive, send))
        found: bytes = sent[1]["body"]
        return found


@pytest.mark.parametrize("kind", [b"application/json", b"Application/JSON; charset=utf-8"])
def test_json_goes_the_short_way(kind: bytes) -> None:
    """In one piece or in many."""
    ways = _Ways()
    assert ways.answer([b"{", b"}"], (b"content-type", kind)) == b'{"short": true}'
    assert not ways.bodies


@pytest.mark.parametrize(
    "headers", [[(b"content-type", b"text/plain")], [(b"accept", b"*/*")], [JSON, (b"x-experiment-unit", b"x")]]
)
def test_other_kinds_of_request_go_the_ordinary_way(headers: list[tuple[bytes, bytes]]) -> None:
    """Another content type or none, and what is asked for by a header."""
    ways = _Ways()
    assert ways.answer([b"{}"], *headers) == b"ordinary"


@pytest.mark.parametrize("scope", [{"method": "PUT"}, {"path": "/other"}, {"path": "/short/"}])
def test_other_addresses_and_methods_go_the_ordinary_way(scope: dict[str, Any]) -> None:
    """Only POST to a known address is answered."""
    assert _Ways().answer([b"{}"], **scope) == b"ordinary"


@pytest.mark.parametrize("chunks", [[b"[", b"1]"], [b" " * IN_NO_TIME, b"  ", b"{}"]])
def test_ordinary_way_gets_the_whole_body(chunks: list[bytes]) -> None:
    """Also the part that was taken in to see whether it goes the short way: a list, an object that is long."""
    ways = _Ways()
    assert ways.answer(chunks) == b"ordinary"
    assert ways.bodies == [b"".join(chunks)]


def test_client_that_leaves_is_left_to_the_ordinary_way() -> None:
    """Half a body is no request."""
    ways = _Ways()
    ways.answer([b"{", b'"a"'], gone=True)
    assert (ways.bodies, ways.ended) == ([b'{"a"'], ["http.disconnect"])
