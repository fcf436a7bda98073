"""What the server and a worker say to each other: a pickled message, and behind it the bytes of a file as they are.

Both ends are ours and of one version, so pickle is safe here: nobody else can write into the socket between them.
"""

import pickle
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from hwr_core.recognition.types import NumberPrediction

LENGTHS = struct.Struct("!II")
"""The lengths of the message and of the file, before both."""


@dataclass(frozen=True, slots=True)
class Read:
    """To a worker: read one image by the model version in a folder."""

    number: int
    folder: str
    enhancement_level: float
    script: str


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """To a worker: read a document by the model version in a folder; `options` are those of `Reader.read_number`."""

    number: int
    folder: str
    enhancement_level: float
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GoOn:
    """To a worker that waits after a step: go on with the document, or stop."""

    number: int
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """From a worker: it can read now."""


@dataclass(frozen=True, slots=True)
class Done:
    """From a worker: what became of a task, a prediction or an error."""

    number: int
    outcome: Any


@dataclass(frozen=True, slots=True)
class Step:
    """From a worker: the share of a document that is done; it waits for GoOn."""

    number: int
    share: float


@dataclass(frozen=True, slots=True)
class Page:
    """From a worker: all that is read of a document so far, after each of its pages."""

    number: int
    found: NumberPrediction


Task: TypeAlias = Read | ReadNumber
Answer: TypeAlias = Ready | Done | Step | Page


def frame(message: Task | GoOn | Answer, file: bytes = b"") -> list[bytes]:
    """Return a message and the file that belongs to it as they are sent, one part behind the other."""
    packed = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return [LENGTHS.pack(len(packed), len(file)) + packed, *([file] if file else ())]


def receive(stream: IO[bytes]) -> tuple[Task | GoOn, bytes] | None:
    """Wait for a message and its file; None where the other end is gone."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    of_message, of_file = LENGTHS.unpack(lengths)
    message, file = stream.read(of_message), stream.read(of_file)
    if len(message) < of_message or len(file) < of_file:
        return None
    return pickle.loads(message), file  # noqa: S301  see above


class Arriving:
    """Messages of a worker, put together of whatever arrives."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, received: bytes) -> Iterator[Answer]:
        """Take in what was received, and yield the messages that are complete."""
        self._bytes += received
        while len(self._bytes) >= LENGTHS.size:
            of_message, _ = LENGTHS.unpack_from(self._bytes)
            end = LENGTHS.size + of_message
            if len(self._bytes) < end:
                return
            message = bytes(self._bytes[LENGTHS.size : end])
            del self._bytes[:end]
            yield pickle.loads(message)  # noqa: S301  see above
