"""The real server in a process of its own, for tests that kill it, share its folder or open it in a browser."""

import base64
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_WITHIN = 60.0


@dataclass(frozen=True)
class Server:
    """A running `hwr serve` and the port it took."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        """Return a keep-alive connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


def predict(connection: http.client.HTTPConnection, image: bytes) -> dict[str, Any]:
    """POST an image to /api/predict and return the answer's body; anything but 200 fails."""
    body = json.dumps({"image_data": base64.b64encode(image).decode()})
    connection.request("POST", "/api/predict", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer: dict[str, Any] = json.loads(response.read())
    assert response.status == 200, answer
    return answer


def history(server: Server, limit: int = 1000) -> list[dict[str, Any]]:
    """Return the newest rows of the server's history."""
    with closing(server.connect()) as connection:
        connection.request("GET", f"/api/analytics/predictions?limit={limit}")
        rows: list[dict[str, Any]] = json.loads(connection.getresponse().read())["data"]
    return rows


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a process that works on this data folder, with further variables.

    A server reads in its own process: workers take a second of two cores to start, which only tests of them need.
    """
    return os.environ | {"HWR_DATA_DIR": str(data_dir), "HWR_WORKERS": "1"} | variables


@contextmanager
def serving(data_dir: Path, **variables: str) -> Iterator[Server]:
    """Start the server on a free port, with further variables, wait until it is ready, and end it afterwards."""
    log = data_dir.parent / f"{data_dir.name}-server-{time.time_ns()}.log"
    with running([sys.executable, "-m", "hwr_core.cli"], log, environment(data_dir, **variables)) as server:
        yield server


@contextmanager
def running(program: Sequence[str], log: Path, variables: Mapping[str, str]) -> Iterator[Server]:
    """Start a server by an `hwr` as `serving` does, with these variables and no others."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*program, "serve", "--host", "127.0.0.1", "--port", "0"],
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, _port(process, log))
    finally:
        process.kill()
        process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait for the line in which the server names the port it took."""
    patience = time.monotonic() + READY_WITHIN
    while time.monotonic() < patience and process.poll() is None:
        if found := re.search(r"open http://127\.0\.0\.1:(\d+)", log.read_text(errors="replace")):
            return int(found.group(1))
        time.sleep(0.05)
    message = f"The server did not start:\n{log.read_text(errors='replace')}"
    raise AssertionError(message)
