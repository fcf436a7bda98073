"""What is left after the worst: the server killed under load, and other processes on its data folder."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits
from tests.processes import wait_for_the_end_of
from tests.serving import Server, environment, history, predict, serving

pytestmark = pytest.mark.slow

CLIENTS = 8


def _post_until_killed(server: Server, acknowledged: list[int]) -> None:
    image = png(drawing(3))
    connection = server.connect()
    try:
        while True:
            acknowledged.append(predict(connection, image)["prediction_id"])
    except (OSError, HTTPException):  # the server is gone, as it should be
        connection.close()


def test_every_acknowledged_prediction_survives_a_kill_under_load(tmp_path: Path) -> None:
    """A server killed with SIGKILL while eight clients post has lost no prediction that it had answered."""
    acknowledged: list[int] = []
    with serving(tmp_path / "data") as server:
        clients = [Thread(target=_post_until_killed, args=(server, acknowledged)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        while len(acknowledged) < 100:
            time.sleep(0.01)
        server.process.send_signal(signal.SIGKILL)
        for client in clients:
            client.join()
    with Workspace(Settings(data_dir=tmp_path / "data", max_page=100_000)) as workspace:
        kept = {row.id for row in workspace.history.page(limit=100_000).predictions}
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= kept


def test_a_restarted_server_goes_on_with_the_same_history(tmp_path: Path) -> None:
    """Predictions made before and after a kill stand in one history, with rising ids."""
    ids = []
    for _ in range(2):
        with serving(tmp_path / "data") as server:
            ids.append(predict(server.connect(), png(drawing(5)))["prediction_id"])
    with serving(tmp_path / "data") as server:
        assert [row["id"] for row in history(server)] == sorted(ids, reverse=True)
    assert ids[0] < ids[1]


def test_the_command_line_records_beside_a_busy_server(tmp_path: Path) -> None:
    """`hwr read --record` works on the data folder of a server under load, and neither loses a prediction."""
    image = tmp_path / "seven.png"
    image.write_bytes(png(drawing(7)))
    acknowledged: list[int] = []
    with serving(tmp_path / "data") as server:
        clients = [Thread(target=_post_until_killed, args=(server, acknowledged)) for _ in range(2)]
        for client in clients:
            client.start()
        recorded = [_record(image, tmp_path / "data") for _ in range(3)]
        server.process.kill()
        for client in clients:
            client.join()
    with Workspace(Settings(data_dir=tmp_path / "data", max_page=100_000)) as workspace:
        kept = {row.id for row in workspace.history.page(limit=100_000).predictions}
    assert {*acknowledged, *recorded} <= kept
    assert len({*acknowledged, *recorded}) == len(acknowledged) + len(recorded)


def _record(image: Path, data_dir: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "hwr_core.cli", "read", "--record", "--json", str(image)],
        env=environment(data_dir),
        capture_output=True,
        check=True,
    )
    prediction_id: int = json.loads(done.stdout)["prediction_id"]
    return prediction_id


@pytest.mark.long
def test_a_training_killed_with_its_server_is_told_of_and_resumed(tmp_path: Path) -> None:
    """After SIGKILL of the server its training ends too; the next server says that it failed, and it can go on."""
    models = copied_models(tmp_path / "models").folder
    variables = {"HWR_MODELS_DIR": str(models), "HWR_DATASETS_DIR": str(tmp_path / "datasets")}
    with Workspace(Settings(data_dir=tmp_path / "data", models_dir=models)) as workspace:
        workspace.modelling.import_images(own_digits(20))
    config = {"epochs": 60, "batch_size": 8, "config": {"sources": ["custom"]}}
    with serving(tmp_path / "data", **variables) as server:
        job = ask(server, "POST", "/api/train", config)["job_id"]
        until(server, job, lambda data: data["doing"].startswith("Epoch"))
        child = child_of(tmp_path / "data" / "jobs" / str(job))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        wait_for_the_end_of(child)
    with serving(tmp_path / "data", **variables) as server:
        failed = until(server, job, lambda data: data["state"] == "failed")
        assert "was stopped while the job ran" in failed["error"]
        assert ask(server, "POST", f"/api/jobs/{job}/resume")["data"]["state"] in ("queued", "running")
        until(server, job, lambda data: data["state"] == "running" and data["attempt"] == 2)
        ask(server, "POST", f"/api/jobs/{job}/cancel")
        until(server, job, lambda data: data["state"] == "cancelled")


def ask(server: Server, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the API; anything but success fails."""
    connection = server.connect()
    connection.request(method, path, json.dumps(body or {}), {"Content-Type": "application/json"})
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    assert answer["success"], answer
    return answer


def until(server: Server, job: int, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until something is so of a job."""
    patience = time.monotonic() + 120
    while not is_so(data := ask(server, "GET", f"/api/jobs/{job}")["data"]):
        assert time.monotonic() < patience, data
        time.sleep(0.2)
    return dict(data)


def child_of(folder: Path) -> int:
    """The process that works on a job."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"hwr_core.training.worker" in command and str(folder).encode() in command:
            return int(process.name)
    raise AssertionError("No process works on the job.")
