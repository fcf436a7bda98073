"""What is left after the worst: the server killed under load, and other processes on its data folder."""

import json
import signal
import subprocess
import sys
import time
from http.client import HTTPException
from pathlib import Path
from threading import Thread

from hwr_core.settings import Settings
from hwr_core.workspace import Workspace
from tests.handwriting import drawing, png
from tests.serving import Server, environment, history, predict, serving

CLIENTS = 8


def _post_until_killed(server: Server, acknowledged: list[int]) -> None:
    picture = png(drawing(3))
    connection = server.connect()
    try:
        while True:
            acknowledged.append(predict(connection, picture)["prediction_id"])
    except (OSError, HTTPException):  # the server is gone, as it should be
        connection.close()


def test_every_acknowledged_reading_survives_a_kill_under_load(tmp_path: Path) -> None:
    """A server killed with SIGKILL while eight clients post has lost no reading that it had answered."""
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
        kept = {row.id for row in workspace.history.page(limit=100_000).readings}
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= kept


def test_a_restarted_server_goes_on_with_the_same_history(tmp_path: Path) -> None:
    """Readings made before and after a kill stand in one history, with rising ids."""
    ids = []
    for _ in range(2):
        with serving(tmp_path / "data") as server:
            ids.append(predict(server.connect(), png(drawing(5)))["prediction_id"])
    with serving(tmp_path / "data") as server:
        assert [row["id"] for row in history(server)] == sorted(ids, reverse=True)
    assert ids[0] < ids[1]


def test_the_command_line_records_beside_a_busy_server(tmp_path: Path) -> None:
    """`hwr read --record` works on the data folder of a server under load, and neither loses a reading."""
    picture = tmp_path / "seven.png"
    picture.write_bytes(png(drawing(7)))
    acknowledged: list[int] = []
    with serving(tmp_path / "data") as server:
        clients = [Thread(target=_post_until_killed, args=(server, acknowledged)) for _ in range(2)]
        for client in clients:
            client.start()
        recorded = [_record(picture, tmp_path / "data") for _ in range(3)]
        server.process.kill()
        for client in clients:
            client.join()
    with Workspace(Settings(data_dir=tmp_path / "data", max_page=100_000)) as workspace:
        kept = {row.id for row in workspace.history.page(limit=100_000).readings}
    assert {*acknowledged, *recorded} <= kept
    assert len({*acknowledged, *recorded}) == len(acknowledged) + len(recorded)


def _record(picture: Path, data_dir: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "hwr_core.cli", "read", "--record", "--json", str(picture)],
        env=environment(data_dir),
        capture_output=True,
        check=True,
    )
    reading_id: int = json.loads(done.stdout)["reading_id"]
    return reading_id
