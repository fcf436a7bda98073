"""Files that processes share."""

import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from hwr_core.files import UNFINISHED, locked, write_whole

HOLD = """
import sys
from pathlib import Path
from hwr_core.files import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_file_is_replaced_whole(tmp_path):
    """The new content takes the place of the old, and nothing else is left."""
    file = tmp_path / "pointer"
    for content in (b"old", b"new"):
        write_whole(file, content)
    assert file.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pointer"]


def test_a_write_that_fails_leaves_the_old_content(tmp_path, monkeypatch):
    """When the disk is full the old file stays, and no rest of the new one."""
    file = tmp_path / "pointer"
    write_whole(file, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(UNFINISHED)]


def test_a_lock_keeps_others_out_until_its_holder_dies(tmp_path):
    """Another process waits; a kill gives the lock up."""
    file = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    entered: list[Path] = []

    def enter() -> None:
        with locked(file):
            entered.append(file)

    waiter = Thread(target=enter)
    waiter.start()
    waiter.join(0.3)
    assert entered == []
    holder.kill()
    waiter.join(10)
    assert entered == [file]
    holder.communicate()
