"""What a real server writes of itself, to stderr and into its file."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.handwriting import drawing, png
from tests.serving import Server, environment, predict, serving

pytestmark = pytest.mark.slow


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _ask(server: Server, path: str, request_id: str) -> int:
    with closing(server.connect()) as connection:
        connection.request("GET", path, headers={"X-Request-ID": request_id})
        response = connection.getresponse()
        response.read()
        return response.status


def _stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(30)


def test_every_line_of_a_server_is_json_from_start_to_end(tmp_path: Path) -> None:
    """Start, requests, a page of the dashboard, stop: the file has JSON alone, with an id for each request."""
    with serving(tmp_path / "data", HWR_LOG_FORMAT="json") as server:
        with closing(server.connect()) as connection:
            predict(connection, png(drawing(7)))
        assert _ask(server, "/", "page") == 200
        assert _ask(server, "/api/users/77", "mine") == 404
        _stop(server)
    lines = _lines(tmp_path / "data" / "logs" / "app.log")
    answers = [line for line in lines if line["message"] == "Answered"]
    assert [(line["method"], line["route"], line["status"]) for line in answers] == [
        ("POST", "/api/predict", 200),
        ("GET", "/api/users/{user_id}", 404),
    ]
    assert len(answers[0]["request_id"]) == 32
    assert answers[1]["request_id"] == "mine"
    assert {"Application startup complete.", "Application shutdown complete."} <= {line["message"] for line in lines}


def test_stderr_has_the_same_lines_as_the_file(tmp_path: Path) -> None:
    """For people too, a server writes each line in both places, and none twice."""
    with serving(tmp_path / "data") as server:
        assert _ask(server, "/api/users/77", "mine") == 404
        _stop(server)
    in_file = (tmp_path / "data" / "logs" / "app.log").read_text().splitlines()
    (output,) = tmp_path.glob("data-server-*.log")
    on_stderr = output.read_text().splitlines()
    assert [line for line in in_file if on_stderr.count(line) != 1] == []
    assert sum("request_id=mine" in line for line in in_file) == 1


def test_a_server_can_do_without_a_log_file(tmp_path: Path) -> None:
    """`HWR_LOG_FILE=off` leaves stderr alone."""
    with serving(tmp_path / "data", HWR_LOG_FILE="off") as server:
        assert _ask(server, "/api/users/77", "mine") == 404
        _stop(server)
    assert not (tmp_path / "data" / "logs").exists()
    (output,) = tmp_path.glob("data-server-*.log")
    assert "request_id=mine" in output.read_text()


def test_a_log_file_that_cannot_be_written_keeps_the_server_from_starting(tmp_path: Path) -> None:
    """It says which setting is wrong instead of running unwatched."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "logs").write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-m", "hwr_core.cli", "serve", "--port", "0"],
        env=environment(tmp_path / "data"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "HWR_LOG_FILE" in done.stderr
    assert "Traceback" not in done.stderr
