"""The one server of a data folder: DuckDB's file has one holder at a time. Servers of one PostgreSQL share theirs."""

import os
import time

from hwr_core.db.engines import database_place
from hwr_core.errors import Conflict
from hwr_core.files import lock
from hwr_core.settings import Settings

POLL = 0.1
PATIENCE = 8.0
"""Seconds a new server waits for the one before it to end: a restart need not be timed."""

PID_AT = 1
"""Where the file names the process: behind the byte that is locked, which Windows lets nobody else read."""


class SoleServer:
    """A place that one process at a time can take; the operating system frees it when the process ends.

    Where the history is in PostgreSQL there are two: the data folder's, and the database's; servers share both, and
    whoever moves the history wants both alone.
    """

    def __init__(self, settings: Settings) -> None:
        self._file = settings.data_dir / "server.lock"
        self._database = database_place(settings)
        self._descriptor: int | None = None

    def take(self, patience: float = PATIENCE) -> None:
        """Take the place, unless it is ours already.

        Raises:
            Conflict: another process keeps it for longer than we are willing to wait.
        """
        deadline = time.monotonic() + patience
        self._take_database(deadline)
        try:
            self._take_folder(deadline)
        except BaseException:
            self.leave()
            raise

    def share(self, patience: float = PATIENCE) -> None:
        """Take a place beside other servers of a PostgreSQL database; with a DuckDB file, alone. Raises Conflict."""
        self._take_folder(time.monotonic() + patience, shared=self._database is not None)

    def leave(self) -> None:
        """Make room for the next. May be repeated."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)
        if self._database is not None:
            self._database.leave()

    def _take_database(self, deadline: float) -> None:
        while self._database is not None and not self._database.take():
            if time.monotonic() >= deadline:
                raise Conflict(
                    "An hwr server uses this database, which is wanted alone. End all of its servers first, or choose "
                    "another database (HWR_DATABASE_URL)."
                )
            time.sleep(POLL)

    def _take_folder(self, deadline: float, *, shared: bool = False) -> None:
        if self._descriptor is not None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # a read-only or full disk: whoever writes to it says so in better words
            return
        while not lock(descriptor, wait=False, shared=shared):
            if time.monotonic() >= deadline:
                holder = _holder(descriptor)
                os.close(descriptor)
                raise Conflict(
                    f"Another hwr{holder} uses this data folder, and only one can. `hwr serve --workers 4` reads "
                    "images in four processes; of gunicorn or uvicorn start one worker. Else end the other one first, "
                    "or choose another data folder (HWR_DATA_DIR)."
                )
            time.sleep(POLL)
        os.ftruncate(descriptor, PID_AT)
        os.lseek(descriptor, PID_AT, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor


def _holder(descriptor: int) -> str:
    """The process that has the place, in words; nothing where it does not say."""
    os.lseek(descriptor, PID_AT, os.SEEK_SET)
    number = os.read(descriptor, 20).decode(errors="replace")
    return f" (process {number})" if number.isdecimal() else ""
