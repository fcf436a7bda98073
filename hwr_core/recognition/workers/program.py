"""The program of a worker: reads what the server sends it, on one thread, and ends when the server does."""

import os
import pickle
import signal
import socket
import sys
import traceback
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from hwr_core.errors import HwrError, Stopped
from hwr_core.images.decode import Limits
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.workers.memory import give_back_large_memory
from hwr_core.recognition.workers.messages import (
    Answer,
    Done,
    GoOn,
    Page,
    Read,
    ReadNumber,
    Ready,
    Step,
    Task,
    frame,
    receive,
)
from hwr_core.registry.registry import Registry

VERSIONS = 4
"""Model versions that stay loaded, about 12 MB each: the arms of an experiment."""

TURN = 0.001
"""Seconds after which a document lets an image go first that arrives meanwhile."""


class Program:
    """A worker at work: images one after the other, documents beside them, each in a thread."""

    def __init__(self, channel: socket.socket, limits: Limits) -> None:
        self._channel = channel
        self._limits = limits
        self._sending = Lock()
        self._loading = Lock()
        self._readers: OrderedDict[str, Reader] = OrderedDict()
        self._documents: dict[int, SimpleQueue[GoOn]] = {}

    def run(self, folder: str) -> None:
        """Work until the server is gone. The version in `folder` is loaded before the first task, unless it is ""."""
        if folder:
            with suppress(HwrError):  # whoever asks for it hears why
                self._reader(folder)
        self._say(Ready())
        with open(self._channel.fileno(), "rb", buffering=1 << 16, closefd=False) as stream:
            while received := receive(stream):
                self._take(*received)

    def _take(self, message: Task | GoOn, file: bytes) -> None:
        match message:
            case Read():
                self._answer(message, file)
            case ReadNumber():
                self._documents[message.number] = SimpleQueue()
                Thread(target=self._answer, args=(message, file), daemon=True).start()
            case GoOn():
                if waiting := self._documents.get(message.number):  # else it has come to its end meanwhile
                    waiting.put(message)

    def _answer(self, task: Task, file: bytes) -> None:
        try:
            self._say(Done(task.number, self._outcome(task, file)))
        except OSError:
            os._exit(0)  # the server is gone
        finally:
            self._documents.pop(task.number, None)

    def _outcome(self, task: Task, file: bytes) -> Any:
        try:
            reader = self._reader(task.folder)
            if isinstance(task, Read):
                return reader.read(file, task.enhancement_level, task.script)
            return reader.read_number(
                file,
                task.enhancement_level,
                **task.options,
                on_progress=lambda share: self._step(task.number, share),
                on_page=lambda found: self._say(Page(task.number, found)),
            )
        except Exception as error:  # noqa: BLE001  the server raises it again
            return error if isinstance(error, HwrError) else _sendable(error)

    def _reader(self, folder: str) -> Reader:
        with self._loading:
            if folder not in self._readers:
                path = Path(folder)
                version = Registry(path.parent).get(path.name)
                self._readers[folder] = Reader(Recogniser.load(version, 1), self._limits)
                if len(self._readers) > VERSIONS:
                    self._readers.popitem(last=False)[1].recogniser.close()
            self._readers.move_to_end(folder)
            return self._readers[folder]

    def _step(self, number: int, share: float) -> None:
        self._say(Step(number, share))
        if self._documents[number].get().stop:
            raise Stopped("Nobody wants this document any more.")

    def _say(self, answer: Answer) -> None:
        content = b"".join(frame(answer))
        with self._sending:
            self._channel.sendall(content)


def _sendable(error: Exception) -> Exception:
    """Return an error as it is where it survives the way, else one that says the same; its notes say where it arose."""
    where = "".join(traceback.format_exception(error))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    except Exception:  # noqa: BLE001  an error may refuse in any way
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(where)
    return error


def main(arguments: Sequence[str]) -> None:
    """Work for the server at the other end of a socket: its descriptor, a model version's folder, the limits."""
    for each in (signal.SIGINT, signal.SIGTERM):  # systemd sends it to all processes of a service at once
        signal.signal(each, signal.SIG_IGN)  # the server has what is being read finished, then closes the socket
    descriptor, folder, *limits = arguments
    give_back_large_memory()
    sys.setswitchinterval(TURN)
    with suppress(ConnectionError):  # as when it ends before it hears the answer
        Program(socket.socket(fileno=int(descriptor)), Limits(*map(int, limits))).run(folder)
    os._exit(0)  # documents that nobody waits for are not read to their end


if __name__ == "__main__":
    main(sys.argv[1:])
