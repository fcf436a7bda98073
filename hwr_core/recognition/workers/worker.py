"""One worker as the server sees it: its process, the socket to it, and the tasks that it has."""

import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from hwr_core.images.decode import Limits
from hwr_core.recognition.workers.messages import Answer, Arriving, GoOn, Page, Step, Task, frame

PROGRAM = "hwr_core.recognition.workers.program"

PLACE = str(Path(__file__).resolve().parents[3])
"""The folder that hwr_core lies in."""

CHUNK = 1 << 18
"""Bytes that are taken from a socket at once."""


@dataclass(slots=True, eq=False)
class Request:
    """A task with its file, and who waits for its outcome. `talk` has the steps and pages of a document."""

    task: Task
    file: bytes
    outcome: Future[Any]
    talk: SimpleQueue[Step | Page | None] | None = None
    _begun: bool = False
    losses: int = 0
    worker: "Worker | None" = None

    @property
    def is_document(self) -> bool:
        """Whether a document is to be read, not a single image."""
        return self.talk is not None

    def is_wanted(self) -> bool:
        """Whether somebody still waits for its outcome; from then on it cannot be cancelled any more."""
        self._begun = self._begun or self.outcome.set_running_or_notify_cancel()
        return self._begun


class Worker:
    """A process that reads. For one thread at a time: whoever has several takes care of that."""

    def __init__(self, limits: Limits, folder: str) -> None:
        """Start the process.

        Args:
            limits: how large an image file may be.
            folder: of the model version to be loaded first; "" for none.

        Raises:
            OSError: the system has no room for another process.
        """
        self.socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [
                    # -P: modules come from where ours are, not from the folder that the server was started in.
                    *(sys.executable, "-P", "-m", PROGRAM, str(theirs.fileno()), folder),
                    *map(str, (limits.max_bytes, limits.max_pixels, limits.max_pages)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": _path()},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the server, which lets its workers finish
            )
        self.socket.settimeout(0)
        self.is_ready = False
        self.has: dict[int, Request] = {}
        self._unsent: deque[memoryview] = deque()
        self._arriving = Arriving()

    @property
    def has_unsent(self) -> bool:
        """Whether there is more to send than the socket took."""
        return bool(self._unsent)

    @property
    def documents(self) -> int:
        """How many documents it has to read."""
        return sum(each.is_document for each in self.has.values())

    @property
    def has_image(self) -> bool:
        """Whether it has a single image to read."""
        return not all(each.is_document for each in self.has.values())

    def give(self, request: Request) -> None:
        """Send it a task."""
        request.worker = self
        self.has[request.task.number] = request
        self._send(request.task, request.file)

    def go_on(self, number: int, *, stop: bool) -> None:
        """Let it go on with a document, or stop it."""
        self._send(GoOn(number, stop))

    def flush(self) -> None:
        """Send what the socket takes now."""
        try:
            while self._unsent:
                sent = self.socket.send(self._unsent[0])
                if sent < len(self._unsent[0]):
                    self._unsent[0] = self._unsent[0][sent:]
                else:
                    self._unsent.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()  # it has ended, as whoever listens to the socket is about to hear

    def answers(self) -> Iterator[Answer]:
        """Yield what it has said meanwhile.

        Raises:
            ConnectionError: it has ended.
        """
        try:
            received = self.socket.recv(CHUNK)
        except BlockingIOError:
            return
        if not received:
            raise ConnectionResetError
        yield from self._arriving.add(received)

    def end(self, patience: float = 0.0) -> str:
        """Close the socket, kill the process if it does not end within some seconds; return how it ended, in words."""
        self.socket.close()
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        return f"by signal {-status}" if status < 0 else f"with status {status}"

    def _send(self, message: Task | GoOn, file: bytes = b"") -> None:
        self._unsent.extend(map(memoryview, frame(message, file)))
        self.flush()


def _path() -> str:
    return os.pathsep.join([PLACE, *filter(None, [os.environ.get("PYTHONPATH")])])
