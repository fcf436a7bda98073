"""Fixtures of the API's tests: the app on an empty data folder, images, and a server that requires sign-in."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from hwr_core.app.page_events import PageMade
from hwr_core.records.roles import Role
from hwr_core.settings import PROJECT, Settings
from tests.api.client import Predict, client_of, drawn, samples
from tests.api.signed_in import Site, signed_in_site
from tests.handwriting import drawing, number, png

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
"""A program that opens a database and keeps it open."""


@pytest.fixture(scope="session")
def seven() -> bytes:
    """The PNG of a seven on a canvas."""
    return png(drawing(7))


@pytest.fixture(scope="session")
def blank() -> bytes:
    """The PNG of an empty canvas."""
    return png(np.full((280, 280), 255, np.uint8))


@pytest.fixture
def client(settings: Settings, begin_history: Callable[[Path], None]) -> Iterator[TestClient]:
    """A client of the API on an empty history; faults of the server come as answers, as they do over a network."""
    begin_history(settings.database)
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
        client.app.state.workspace.events.publish(PageMade("Home", 0.2))  # type: ignore[attr-defined]
        yield {name.partition("{")[0] for name in samples(client)}


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """A server that requires sign-in, with a user of each role; the viewer has a password."""
    with signed_in_site(settings) as site:
        site.set_password(Role.VIEWER)
        yield site
