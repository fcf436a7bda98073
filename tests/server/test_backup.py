"""A backup taken while a server is at work under load is a consistent store."""

import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.ops.backup.restore import restore
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png
from tests.serving import Server, environment, predict, serving

pytestmark = pytest.mark.slow

CLIENTS = 3


def _post(server: Server, stop: Event, acknowledged: list[int], failed: list[Exception]) -> None:
    connection = server.connect()
    number = 0
    try:
        while not stop.is_set():
            number += 1
            image = png(drawing(number % 10, side=200 + number % 80, pen=12 + number % 5))
            acknowledged.append(predict(connection, image)["prediction_id"])
    except (OSError, HTTPException, AssertionError) as error:
        failed.append(error)
    finally:
        connection.close()


def _backed_up(data_dir: Path, file: Path) -> None:
    command = [sys.executable, "-m", "hwr_core.cli", "backup", str(file)]
    done = subprocess.run(command, env=environment(data_dir), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "predictions" in done.stdout


def test_a_backup_under_load_is_whole(tmp_path: Path) -> None:
    """No client is refused; all predictions answered before are in it; each has its image file; and it goes on."""
    acknowledged: list[int] = []
    failed: list[Exception] = []
    stop = Event()
    before: list[set[int]] = []
    with serving(tmp_path / "data") as server:
        clients = [Thread(target=_post, args=(server, stop, acknowledged, failed)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for turn in range(2):
            while len(acknowledged) < 40 * (turn + 1) and not failed:
                time.sleep(0.01)
            before.append(set(acknowledged))
            _backed_up(tmp_path / "data", tmp_path / f"{turn}.zip")
        stop.set()
        for client in clients:
            client.join()
    assert failed == []
    for turn, answered in enumerate(before):
        restored = Settings(data_dir=tmp_path / f"restored-{turn}", models_dir=PROJECT / "models", max_page=100_000)
        counts = restore(restored, tmp_path / f"{turn}.zip").manifest.counts
        with Workspace(restored) as workspace:
            predictions = workspace.history.page(limit=100_000).predictions
            assert answered <= {prediction.id for prediction in predictions} <= set(acknowledged)
            assert (counts.predictions, counts.missing) == (len(predictions), 0)
            assert all(workspace.history.upload(prediction.id) for prediction in predictions)
