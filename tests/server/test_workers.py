"""A real server whose workers are killed while clients post: each is answered, and nothing acknowledged is lost."""

import os
import signal
import time
from pathlib import Path
from threading import Thread

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.serving import Server, predict, serving

pytestmark = pytest.mark.slow

CLIENTS, EACH = 6, 50
PATIENCE = 120.0


def _workers_of(server: Server) -> list[int]:
    """The processes that read for a server."""
    children = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    found = [int(each) for child in children for each in child.read_text().split()]
    return [each for each in found if b"workers.program" in _command(each)]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


def _wait_for_workers(server: Server, but: set[int] | None = None) -> list[int]:
    patience = time.monotonic() + PATIENCE
    while len(found := [each for each in _workers_of(server) if each not in (but or set())]) < 2:
        assert time.monotonic() < patience
        time.sleep(0.05)
    return found


def test_killed_workers_cost_no_answer(tmp_path: Path) -> None:
    """Under load one worker after the other is killed with SIGKILL; each request is answered 200, and kept."""
    acknowledged: list[int] = []

    def post(server: Server) -> None:
        connection = server.connect()
        acknowledged.extend(predict(connection, png(drawing(3)))["prediction_id"] for _ in range(EACH))
        connection.close()

    with serving(tmp_path / "data", HWR_WORKERS="2") as server:
        first = _wait_for_workers(server)
        clients = [Thread(target=post, args=(server,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for number, process in enumerate(first, start=1):
            patience = time.monotonic() + PATIENCE
            while len(acknowledged) < number * 60:
                assert any(client.is_alive() for client in clients)
                assert time.monotonic() < patience
                time.sleep(0.01)
            os.kill(process, signal.SIGKILL)
        for client in clients:
            client.join()
        _wait_for_workers(server, but={*first})
    with Workspace(Settings(data_dir=tmp_path / "data", max_page=10_000)) as workspace:
        kept = {row.id for row in workspace.history.page(limit=10_000).predictions}
    assert len(acknowledged) == CLIENTS * EACH
    assert {*acknowledged} == kept
