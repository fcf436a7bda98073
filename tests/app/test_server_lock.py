"""A data folder has one server at a time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from hwr_core.app.server_lock import SoleServer
from hwr_core.errors import Conflict
from hwr_core.settings import Settings

TAKE = """
import pathlib, sys, time
from hwr_core.app.server_lock import SoleServer
from hwr_core.settings import Settings
server = SoleServer(Settings(data_dir=pathlib.Path(sys.argv[1])))
server.take()
print("taken", flush=True)
time.sleep(60)
"""

PATIENCE = 30
"""Seconds until what never comes counts as missing."""


@pytest.mark.duckdb_file
def test_the_second_is_refused_in_words(tmp_path):
    """It is told which process is there, and what can be done."""
    other = subprocess.Popen([sys.executable, "-c", TAKE, tmp_path], stdout=subprocess.PIPE)
    assert other.stdout
    other.stdout.readline()
    with pytest.raises(Conflict, match=rf"process {other.pid}.*hwr serve --workers 4.*HWR_DATA_DIR"):
        SoleServer(Settings(data_dir=tmp_path)).take(patience=0.1)
    other.kill()
    other.communicate()
    SoleServer(Settings(data_dir=tmp_path)).take(patience=5)


def test_a_new_server_waits_for_the_old_one_to_end(tmp_path):
    """A restart need not be timed."""
    old, new = SoleServer(Settings(data_dir=tmp_path)), SoleServer(Settings(data_dir=tmp_path))
    old.take()
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(new.take, patience=PATIENCE)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        old.leave()
        waiting.result()
    new.leave()


def test_taking_twice_and_leaving_twice_are_harmless(tmp_path):
    """Who has the place has it already."""
    server = SoleServer(Settings(data_dir=tmp_path / "new"))
    server.take()
    server.take(patience=0)
    server.leave()
    server.leave()
    SoleServer(Settings(data_dir=tmp_path / "new")).take(patience=0)
