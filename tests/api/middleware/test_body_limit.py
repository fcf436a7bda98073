"""A request body that is too large is refused before it is read."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message

from api.app import IMAGE_PATHS, create_app
from hwr_core.settings import MIB, Settings
from tests.api.client import finished

CHUNK = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'.ljust(16 * 1024, b"x")


async def _post(app: FastAPI, chunks: int, *headers: tuple[bytes, bytes], path: str) -> tuple[int, dict[str, Any], int]:
    """Post that many chunks; return the status, the body and how many chunks were taken."""
    taken = 0
    sent: list[Message] = []

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": CHUNK, "more_body": taken < chunks}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"]), taken


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """An app that takes four chunks and no more."""
    return create_app(settings.model_copy(update={"max_request_bytes": 4 * len(CHUNK)}))


@pytest.mark.parametrize("path", ["/api/predict", "/api/predict-upload", "/nowhere"])
def test_declared_length_beyond_the_limit_is_refused_unread(app: FastAPI, path: str) -> None:
    """What announces itself as too large is refused without a byte being taken."""
    length = (b"content-length", str(5 * len(CHUNK)).encode())
    kind = (b"content-type", b"multipart/form-data; boundary=x")
    status, body, taken = finished(_post(app, 5, length, kind, path=path))
    assert (status, body["success"], taken) == (413, False, 0)
    assert "65,536" in body["detail"]


@pytest.mark.parametrize("kind", [b"application/json", b"multipart/form-data; boundary=x"])
def test_body_without_a_length_is_refused_once_it_is_too_large(app: FastAPI, kind: bytes) -> None:
    """What comes in chunks is taken up to the limit and no further."""
    path = "/api/predict" if b"json" in kind else "/api/predict-upload"
    status, body, taken = finished(_post(app, 1000, (b"content-type", kind), path=path))
    assert (status, body["success"], taken) == (413, False, 5)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/feedback", b"application/json"),
        ("/api/train", b"application/json"),
        ("/api/users", b"text/plain"),
        ("/api/feedback", b""),
        ("/sign-in", b"application/x-www-form-urlencoded"),
        ("/api/predict-upload", b"application/x-www-form-urlencoded"),
    ],
)
def test_what_holds_no_file_is_short(settings: Settings, kind: bytes, path: str) -> None:
    """Beside forms with files and JSON with an image nothing needs more than 64 KB, which five chunks exceed."""
    status, _, taken = finished(_post(create_app(settings), 1000, (b"content-type", kind), path=path))
    assert (status, taken) == (413, 5)


def test_json_with_an_image_may_be_as_large_as_one(settings: Settings) -> None:
    """Its base64 is a third longer; what is longer still is refused."""
    small = settings.model_copy(update={"max_image_bytes": 90 * 1024})
    app, kind = create_app(small), (b"content-type", b"application/json")
    status, body, taken = finished(_post(app, 1000, kind, path="/api/predict"))
    assert (status, taken) == (413, 12)
    assert "at most 188,416 are allowed" in body["detail"]


@pytest.mark.parametrize("path", sorted(IMAGE_PATHS))
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" + b"[]," * 100_000 + b"[]]", 413),
        (b'{"image_data": "", "x": {' + b",".join(b'"%d": 1' % each for each in range(20_000)) + b"}}", 413),
        (b"[" * 9_000 + b"]" * 90_000, 422),
        (b'{"image_data": "%s"}' % (b"A" * 2_000_000), 415),
    ],
    ids=["lists", "keys", "nested", "one long text"],
)
def test_json_of_many_values_is_not_parsed(client: TestClient, path: str, body: bytes, status: int) -> None:
    """Millions of lists in the space of an image would take a gigabyte; base64 of any length is one value."""
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_the_routes_that_take_an_image_are_known(client: TestClient) -> None:
    """By the document of the API: no other route has an image in its JSON."""
    paths = client.get("/openapi.json").json()["paths"]
    with_image = {
        path for path, kinds in paths.items() if "image_data" in str(kinds.get("post", {})) or "PredictIn" in str(kinds)
    }
    assert with_image == IMAGE_PATHS


def test_largest_image_fits_into_the_largest_request() -> None:
    """By default the base64 of an image of the largest size is within the limit on bodies."""
    settings = Settings()
    assert settings.max_image_bytes * 4 / 3 + MIB < settings.max_request_bytes
