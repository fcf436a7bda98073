"""What the API's tests share: the app on an empty data folder, images, and ways to post them."""

import asyncio
import base64
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client.parser import text_string_to_metric_families as families

from api.app import create_app
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, number, png

T = TypeVar("T")
Predict: TypeAlias = Callable[..., Response]

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"

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
def predict(client: TestClient, seven: bytes) -> Predict:
    """Post an image to /api/predict, with further fields."""

    def post(image: bytes = seven, **fields: Any) -> Response:
        return client.post("/api/predict", json=drawn(image) | fields)

    return post


@pytest.fixture
def held_database(settings: Settings) -> Iterator[Callable[[], None]]:
    """Have the database held by another program that does not share; what is yielded ends it."""
    settings.data_dir.mkdir()
    command = [sys.executable, "-c", HOLDER, str(settings.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.readline()

        def end() -> None:
            program.kill()
            program.wait()

        yield end
        end()


@pytest.fixture(scope="session")
def known_samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    """The names of all samples of a server on which everything has happened once."""
    data_dir = tmp_path_factory.mktemp("known-samples")
    with client_of(Settings(data_dir=data_dir, models_dir=PROJECT / "models")) as client:
        client.post("/api/predict", json=drawn(png(drawing(3))))
        client.post("/api/predict", json=drawn(png(drawing(3))) | {"user_id": 7})
        client.post("/api/read-number", json=drawn(png(number("42"))))
        with client.websocket_connect("/api/live/draw") as pen:
            pen.send_json({"strokes": []})
            pen.receive_json()
        yield {name.partition("{")[0] for name in samples(client)}


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Run something to its end, in a thread of its own: browser tests leave a running loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def client_of(settings: Settings) -> TestClient:
    """Return a client of an API with these settings, to be used in a `with`."""
    return TestClient(create_app(settings), raise_server_exceptions=False)


def drawn(image: bytes) -> dict[str, Any]:
    """Return the JSON body of /api/predict for an image."""
    return {"image_data": base64.b64encode(image).decode()}


def refusal(response: Response, status: int) -> str:
    """Check that a response is an error of this status, in the one form and without leaks; return its words."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body.keys() == {"success", "detail", "request_id"}
    assert body["success"] is False
    assert body["request_id"] == response.headers["X-Request-ID"] != ""
    assert not [word for word in NEVER_SHOWN if word in response.text]
    assert len(body["detail"]) < 500
    return str(body["detail"])


def samples(client: TestClient) -> dict[str, float]:
    """Every sample, under its name and labels as Prometheus shows them."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        _shown(sample.name, sample.labels): sample.value
        for family in families(answer.text)
        for sample in family.samples
    }


def _shown(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def family_of(sample: str) -> str:
    """The metric a sample is of: counters and histograms have several."""
    return re.sub(r"_(total|created|bucket|count|sum)$", "", sample)
