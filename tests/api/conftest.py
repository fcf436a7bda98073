"""What the API's tests share: the app on an empty data folder, pictures, and ways to post them."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

NEVER_SHOWN = ("pydantic", "duckdb", "starlette", "fastapi", "PIL", "Traceback", "Error(", "http", str(PROJECT))


@pytest.fixture(scope="session")
def seven() -> bytes:
    """The PNG of a seven on a canvas."""
    return png(drawing(7))


@pytest.fixture(scope="session")
def blank() -> bytes:
    """The PNG of an empty canvas."""
    return png(np.full((280, 280), 255, np.uint8))


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A client of the API on an empty data folder; faults of the server come as answers, as they do over a network."""
    with client_of(settings) as client:
        yield client


@pytest.fixture
def predict(client: TestClient, seven: bytes) -> Callable[..., Response]:
    """Post a picture to /api/predict, with further fields."""

    def post(picture: bytes = seven, **fields: Any) -> Response:
        return client.post("/api/predict", json=drawn(picture) | fields)

    return post


def client_of(settings: Settings) -> TestClient:
    """Return a client of an API with these settings, to be used in a `with`."""
    return TestClient(create_app(settings), raise_server_exceptions=False)


def drawn(picture: bytes) -> dict[str, Any]:
    """Return the JSON body of /api/predict for a picture."""
    return {"image_data": base64.b64encode(picture).decode()}


def refusal(response: Response, status: int) -> str:
    """Check that a response is an error of this status, in the one form and without leaks; return its words."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body.keys() == {"success", "detail"}
    assert body["success"] is False
    assert not [word for word in NEVER_SHOWN if word in response.text]
    assert len(body["detail"]) < 500
    return str(body["detail"])
