"""A request body that is too large is refused before it is read."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from api.app import create_app
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
    status, body, taken = finished(_post(app, 5, length, path=path))
    assert (status, body["success"], taken) == (413, False, 0)
    assert "65,536" in body["detail"]


@pytest.mark.parametrize("kind", [b"application/json", b"multipart/form-data; boundary=x"])
def test_body_without_a_length_is_refused_once_it_is_too_large(app: FastAPI, kind: bytes) -> None:
    """What comes in chunks is taken up to the limit and no further."""
    path = "/api/predict" if b"json" in kind else "/api/predict-upload"
    status, body, taken = finished(_post(app, 1000, (b"content-type", kind), path=path))
    assert (status, body["success"], taken) == (413, False, 5)


def test_largest_image_fits_into_the_largest_request() -> None:
    """By default the base64 of an image of the largest size is within the limit on bodies."""
    settings = Settings()
    assert settings.max_image_bytes * 4 / 3 + MIB < settings.max_request_bytes
