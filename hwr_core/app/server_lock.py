"""The one server of a data folder: DuckDB's file has one holder at a time, and so have jobs and image files."""

import os
import time
from pathlib import Path

from hwr_core.errors import Conflict
from hwr_core.files import lock

POLL = 0.1
PATIENCE = 8.0
"""Seconds a new server waits for the one before it to end: a restart need not be timed."""

PID_AT = 1
"""Where the file names the process: behind the byte that is locked, which Windows lets nobody else read."""


class SoleServer:
    """A place that one process at a time can take; the operating system frees it when the process ends."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "server.lock"
        self._descriptor: int | None = None

    def take(self, patience: float = PATIENCE) -> None:
        """Take the place, unless it is ours already.

        Raises:
            Conflict: another process keeps it for longer than we are willing to wait.
        """
        if self._descriptor is not None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # a read-only or full disk: whoever writes to it says so in better words
            return
        deadline = time.monotonic() + patience
        while not lock(descriptor, wait=False):
            if time.monotonic() >= deadline:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise Conflict(
                    f"Another hwr{holder} uses this data folder, and only one can. Start the server with one worker, "
                    "end the other one first, or choose another data folder (HWR_DATA_DIR)."
                )
            time.sleep(POLL)
        os.ftruncate(descriptor, PID_AT)
        os.lseek(descriptor, PID_AT, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def leave(self) -> None:
        """Make room for the next. May be repeated."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _holder(descriptor: int) -> str:
    """The process that has the place, in words; nothing where it does not say."""
    os.lseek(descriptor, PID_AT, os.SEEK_SET)
    number = os.read(descriptor, 20).decode(errors="replace")
    return f" (process {number})" if number.isdecimal() else ""
