"""The API as a client sees it: an app to talk to, bodies to send, and what an error has to look like."""

import asyncio
import base64
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias, TypeVar

from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client.parser import text_string_to_metric_families as families

from api.app import create_app
from hwr_core.settings import PROJECT, Settings

T = TypeVar("T")
Predict: TypeAlias = Callable[..., Response]
"""Posts an image to /api/predict, with further fields."""

NEVER_SHOWN = ("pydantic", "duckdb", "starlette", "fastapi", "PIL", "Traceback", "Error(", "http", str(PROJECT))
"""What no error may mention: libraries, code and folders."""


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
    """Check that a response is an error of this status, in the one form and without leaks; return its message."""
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
        _labelled(sample.name, sample.labels): sample.value
        for family in families(answer.text)
        for sample in family.samples
    }


def _labelled(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def family_of(sample: str) -> str:
    """The metric a sample is of: counters and histograms have several."""
    return re.sub(r"_(total|created|bucket|count|sum)$", "", sample)
