"""Another program holds the database: whoever needs it waits, and nobody else does."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from hwr_core.app.workspace import Workspace
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.serving import Server, serving

pytestmark = pytest.mark.slow

UPLOADS = 60
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
FREE = ("/health/live", "/api/model/status", "/api/models", "/openapi.json", "/docs", "/")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that waits six seconds for its database."""
    with Workspace(Settings(data_dir=tmp_path / "data")) as workspace:
        workspace.users.create("Ada")
    with serving(tmp_path / "data", HWR_STORE_BUSY_TIMEOUT="6") as server:
        yield server


@contextmanager
def held(database: Path) -> Iterator[int]:
    """Hold the database in another process, once the server has released it."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        if process.stdout.readline() == "held\n":
            break
        process.wait()
    try:
        yield process.pid
    finally:
        process.communicate("")


def upload(server: Server) -> tuple[int, str]:
    """Send an image."""
    answer = requests.post(f"{server.url}/api/predict-upload", files={"file": png(drawing(3))}, timeout=60)
    return answer.status_code, answer.text


def longest_wait(server: Server) -> float:
    """How long the slowest of the routes that need no database takes, in seconds."""
    slowest = 0.0
    for path in FREE:
        with closing(server.connect()) as connection:
            started = time.perf_counter()
            connection.request("GET", path)
            assert connection.getresponse().status == 200
            slowest = max(slowest, time.perf_counter() - started)
    return slowest


def test_sixty_uploads_that_wait_starve_nobody(server: Server, tmp_path: Path) -> None:
    """Routes that need no database answer at once, uploads are refused in words, and none names the other program."""
    longest_wait(server)
    with ThreadPoolExecutor(UPLOADS) as clients, held(tmp_path / "data" / "hwr.duckdb") as holder:
        waiting = [clients.submit(upload, server) for _ in range(UPLOADS)]
        time.sleep(1.0)
        slowest = longest_wait(server)
        health = requests.get(f"{server.url}/health", timeout=60)
        answers = [each.result() for each in waiting]
    assert slowest < 2.0
    assert {status for status, _ in answers} == {503}
    assert health.status_code == 503
    for text in (health.text, *(text for _, text in answers)):
        assert "held by another program" in text
        assert not re.search(rf"\b{holder}\b", text)  # ids of requests may have its digits among theirs
        assert "python" not in text
    assert upload(server)[0] == 200
