"""Files that processes share."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from hwr_core.files import UNFINISHED, because, locked, remove_dead, remove_unfinished, work_folder, write_whole

WORK = """
import sys
from pathlib import Path
from hwr_core.files import work_folder
with work_folder(Path(sys.argv[1]), "backup") as own:
    (own / "copy").write_bytes(b"everything")
    print(own, flush=True)
    sys.stdin.read()
"""

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


def test_the_work_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(tmp_path):
    """By the lock that a process has until it ends, however it does."""
    running, killed = (
        subprocess.Popen(
            [sys.executable, "-c", WORK, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    )
    folders = [Path(process.stdout.readline().strip()) for process in (running, killed)]
    killed.kill()
    killed.wait()
    assert remove_dead(tmp_path) == [folders[1].name]
    assert folders[0].exists()
    running.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_work_that_fails_leaves_nothing(tmp_path):
    """As work that is finished does."""
    with pytest.raises(ValueError, match="no"), work_folder(tmp_path / "unfinished", "backup"):
        raise ValueError("no")
    assert list((tmp_path / "unfinished").iterdir()) == []
    assert remove_dead(tmp_path / "nowhere") == []


def test_old_unfinished_files_are_removed(tmp_path):
    """Those that may still be written stay."""
    old, new = (tmp_path / f"{UNFINISHED}{name}" for name in ("old", "new"))
    for file in (old, new):
        file.write_bytes(b"ha")
    os.utime(old, (0, 0))
    remove_unfinished(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_the_system_says_why():
    """In its own words, without the path; other errors are no sentence of the system's."""
    assert because(OSError(24, "Too many open files", "/secret/path")) == ": Too many open files"
    assert because(ValueError("x")) == ""
