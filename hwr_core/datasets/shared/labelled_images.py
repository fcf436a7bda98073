"""The users' own labelled images below HWR_STORAGE_URL: each machine sends what it has, and fetches what it lacks.

labelled/7/-/<sha256>          no writer is named
labelled/7/<writer>/<sha256>   the name of the writer's folder, its bytes as hexadecimal digits
labelled/removed/<sha256>      an empty file: this content is neither sent nor fetched any more

Machines keep them as files of their own folder, which trainings read. A content has one label: the first that is
stored, and of two that were stored at once, the one whose name is first in order.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from hwr_core.datasets.custom import CustomFile, files
from hwr_core.errors import ImageError, StorageUnavailable, StoreError
from hwr_core.files import because, hash_file, write_whole
from hwr_core.images.decode import decode, media_type
from hwr_core.recognition.types import NONE, NOT_A_DIGIT
from hwr_core.storage.storage import Storage

log = logging.getLogger(__name__)

FRESH = 10.0
"""Seconds for which what the storage listed is believed where somebody only looks."""

AT_ONCE = 16
"""Images that are read or written beside each other."""

SETTLED = 5.0
"""Seconds without a change after which a file that somebody puts there by hand counts as whole."""

LONGEST_WRITER = 120
"""Bytes of a writer's folder: twice as many digits are still a name of a file, where the storage is a folder."""

_NAME = re.compile(r"(?P<label>\d|none)/(?P<writer>-|(?:[0-9a-f]{2})+)/(?P<hash>[0-9a-f]{64})")
_REMOVED = re.compile(r"removed/(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Carried:
    """How many images were copied or were there already, and the names of those that are damaged or gone."""

    copied: int
    there: int
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What a storage holds: the name of each content by its hash, and the hashes of what is not to come back."""

    names: Mapping[str, str]
    removed: frozenset[str]


class SharedImages:
    """The labelled images of a storage and of a folder of this machine. Safe to use from many threads.

    Nothing is removed here. An image that is to be forgotten is marked as removed in the storage (see above), then
    removed there and from every machine.
    """

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self._folder = folder
        self._lock = Lock()
        self._tried_at: float | None = None
        self._hashes: dict[tuple[Path, int, int], str] = {}
        self._left_out: set[str] = set()

    def exchange(self) -> None:
        """Send what the storage lacks, and fetch what this machine lacks. Raises StoreError."""
        with self._lock:
            self._exchange()

    def exchange_if_possible(self) -> None:
        """The same; where it fails, the log says so, and each machine goes on with what it has."""
        with self._lock:
            self._try()

    def look(self) -> None:
        """The same, for somebody who only looks: at most every ten seconds."""
        # Only the first look is waited for: a storage that does not answer holds up one caller at a time.
        if self._is_due() and self._lock.acquire(blocking=self._tried_at is None):
            try:
                if self._is_due():  # else another has just looked
                    self._try()
            finally:
                self._lock.release()

    def send(self) -> Carried:
        """Store what this machine has and the storage lacks. Raises StoreError."""
        with self._lock, _failures():
            return self._send(self._here(), list_images(self._storage))

    def fetch(self) -> Carried:
        """Add what this machine lacks to its folder; an image that it has with another label is left out.

        Raises StoreError.
        """
        with self._lock, _failures():
            return self._fetch(self._here(), list_images(self._storage))

    def _is_due(self) -> bool:
        return self._tried_at is None or time.monotonic() - self._tried_at >= FRESH

    def _try(self) -> None:
        try:
            self._exchange()
        except StoreError as error:
            log.warning("Labelled images cannot be exchanged with other machines: %s", error)
        finally:
            self._tried_at = time.monotonic()

    def _exchange(self) -> None:
        with _failures():
            here, there = self._here(), list_images(self._storage)
            self._send(here, there)
            self._fetch(here, there)

    def _send(self, here: Mapping[str, Path], there: Listed) -> Carried:
        own = _one_each(here)
        lacking = [own[content] for content in own.keys() - there.names.keys() - there.removed]
        due = [name for name in sorted(lacking) if self._can_be_sent(name, here[name])]
        unfit = carry(due, lambda name: here[name].read_bytes(), lambda name, found: self._storage.write({name: found}))
        self._left_out.update(unfit)  # one whose file changes has another name
        return Carried(len(due) - len(unfit), len(own.keys() & there.names.keys()))

    def _fetch(self, here: Iterable[str], there: Listed) -> Carried:
        known = {_hash_in(name) for name in here}
        lacking = sorted(name for content, name in there.names.items() if content not in known)
        damaged = carry(lacking, self._storage.read, self._keep)
        return Carried(len(lacking) - len(damaged), len(there.names) - len(lacking), damaged)

    def _can_be_sent(self, name: str, path: Path) -> bool:
        if name in self._left_out:
            return False
        if not _is_name(name):
            self._left_out.add(name)
            log.warning(
                "%s stays on this machine alone: the name of its writer's folder is longer than %s bytes, or no text.",
                path.name,
                LONGEST_WRITER,
            )
            return False
        return _is_settled(path, _hash_in(name))

    def _here(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for file in files(self._folder):
            with suppress(FileNotFoundError):  # it was removed since it was listed
                found[_name_of(file, self._hash(file.path))] = file.path
        return found

    def _hash(self, path: Path) -> str:
        """The hash of a file's content, found anew when the file has changed."""
        state = path.stat()
        key = path, state.st_mtime_ns, state.st_size
        if key not in self._hashes:
            self._hashes[key] = hash_file(path)
        return self._hashes[key]

    def _keep(self, name: str, content: bytes) -> None:
        found = _NAME.fullmatch(name)
        assert found is not None, "list_images passes others over"
        folder = self._folder / found["label"] / _writer(found["writer"])
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{found['hash'][:32]}.{media_type(content).rpartition('/')[2]}", content)


def list_images(storage: Storage) -> Listed:
    """Return what a storage holds of labelled images; what else lies there is passed over."""
    found = [stored.name for stored in storage.files()]
    removed = frozenset(marked["hash"] for marked in map(_REMOVED.fullmatch, found) if marked)
    names = _one_each(filter(_is_name, found))
    return Listed({content: name for content, name in names.items() if content not in removed}, removed)


def copy_images(origin: Storage, goal: Storage) -> Carried:
    """Copy the labelled images that a storage lacks from another one, and what is marked as removed.

    Raises StoreError.
    """
    with _failures():
        wanted, there = list_images(origin), list_images(goal)
        goal.write({f"removed/{content}": b"" for content in wanted.removed - there.removed})
        left = wanted.names.keys() - there.removed
        lacking = sorted(wanted.names[content] for content in left - there.names.keys())
        damaged = carry(lacking, origin.read, lambda name, content: goal.write({name: content}))
        return Carried(len(lacking) - len(damaged), len(left & there.names.keys()), damaged)


def carry(names: Iterable[str], read: Callable[[str], bytes], keep: Callable[[str, bytes], None]) -> tuple[str, ...]:
    """Read each image and hand it on if it is whole, and is what its name says; return the names of the others."""

    def move(name: str) -> str | None:
        try:
            content = read(name)
        except FileNotFoundError:
            content = b""
        if sha256(content).hexdigest() != _hash_in(name) or not _is_image(content):
            log.warning("The labelled image %s is damaged, gone or no image that can be read; it is left out.", name)
            return name
        keep(name, content)
        return None

    with ThreadPoolExecutor(AT_ONCE, "labelled-images") as threads:
        return tuple(name for name in threads.map(move, names) if name is not None)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn an error of the disk, be it that of the storage or that of this machine, into one of ours."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"Labelled images cannot be read or written{because(error)}.") from error


def _one_each(names: Iterable[str]) -> dict[str, str]:
    """One name for each content, by its hash: every machine chooses the same of several labels."""
    return {_hash_in(name): name for name in sorted(names, reverse=True)}


def _is_settled(path: Path, content: str) -> bool:
    """Whether a file is no longer being written: an import names it by its content, others do not change for a while.

    A file that is gone is settled too: whoever reads it finds out.
    """
    if path.stem == content[:32]:
        return True
    try:
        return abs(time.time() - path.stat().st_mtime) >= SETTLED
    except FileNotFoundError:
        return True


def _name_of(file: CustomFile, content_hash: str) -> str:
    label = NONE if file.label == NOT_A_DIGIT else str(file.label)
    writer = "-" if file.writer is None else os.fsencode(file.writer).hex()
    return f"{label}/{writer}/{content_hash}"


def _is_name(name: str) -> bool:
    """Whether a name is one of ours: its writer becomes a folder of this machine."""
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    writer = _writer(found["writer"])
    fits = len(os.fsencode(writer)) <= LONGEST_WRITER
    return fits and not (writer.startswith(".") or "/" in writer or "\0" in writer)


def _writer(part: str) -> str:
    """The folder of a writer; an empty text for none."""
    return "" if part == "-" else os.fsdecode(bytes.fromhex(part))


def _hash_in(name: str) -> str:
    return name.rpartition("/")[2]


def _is_image(content: bytes) -> bool:
    """Whether all of an image can be decoded, as a training does: the header alone says nothing of the rest."""
    try:
        decode(content)
    except ImageError:
        return False
    return True
