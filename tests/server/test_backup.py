"""A backup taken while a server is at work under load is a consistent store."""

import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.ops.backup.restore import restore
from hwr_core.records.predictions import Source
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png
from tests.serving import Server, environment, predict, serving

pytestmark = pytest.mark.slow

CLIENTS, KILLS = 3, 20


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


@pytest.mark.long
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


@pytest.mark.long
def test_killed_backups_leave_nothing(tmp_path: Path) -> None:
    """A copy of the database would outlive a user who is deleted: the next backup, and the next server, remove it."""
    data, file = tmp_path / "data", tmp_path / "backups" / "hwr.zip"
    file.parent.mkdir()
    with Workspace(Settings(data_dir=data)) as workspace:
        for number in range(10):
            workspace.read_and_keep(png(drawing(number)), source=Source.UPLOAD)
    left = 0
    for turn in range(KILLS):
        command = [sys.executable, "-m", "hwr_core.cli", "backup", str(file)]
        process = subprocess.Popen(command, env=environment(data))
        patience = time.monotonic() + 30
        while not list(data.glob("unfinished/backup-*")) and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.002)
        time.sleep(0.01 * turn)
        process.kill()
        process.wait()
        left = max(left, len(list(data.glob("unfinished/backup-*"))))
    assert left == 1  # some were killed in the middle, and each removed what the one before had left
    with serving(data) as server, closing(server.connect()) as connection:
        connection.request("GET", "/health/ready")
        assert connection.getresponse().status == 200
        assert list(data.glob("unfinished/*")) == []
    _backed_up(data, file)
    assert [each.name for each in file.parent.iterdir()] == [file.name]
