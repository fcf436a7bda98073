"""The users' own labelled images below HWR_STORAGE_URL: each machine sends what it has, and fetches what it lacks.

labelled/7/-/<sha256>          no writer is named
labelled/7/<writer>/<sha256>   the name of the writer's folder, its bytes as hexadecimal digits

Machines keep them as files of their own folder, which trainings read; a content is fetched once.
"""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from hwr_core.datasets.custom import CustomFile, files
from hwr_core.errors import ImageError, StoreError, StoreUnavailable
from hwr_core.files import because, hash_file, write_whole
from hwr_core.images.decode import media_type
from hwr_core.recognition.types import NONE, NOT_A_DIGIT
from hwr_core.storage.storage import Storage

log = logging.getLogger(__name__)

FRESH = 10.0
"""Seconds for which what the storage listed is believed where somebody only looks."""

AT_ONCE = 16
"""Images that are read from the storage beside each other."""

LONGEST_WRITER = 100

_NAME = re.compile(r"(?P<label>\d|none)/(?P<writer>-|(?:[0-9a-f]{2})+)/(?P<hash>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Carried:
    """How many images were copied or were there already, and the names of those that are damaged or gone."""

    copied: int
    there: int
    damaged: tuple[str, ...] = ()


class SharedImages:
    """The labelled images of a storage and of a folder of this machine. Safe to use from many threads.

    Nothing is removed: an image that is to be forgotten is removed from the storage and from every machine.
    """

    def __init__(self, storage: Storage, folder: Path) -> None:
        self._storage = storage
        self._folder = folder
        self._lock = Lock()
        self._tried_at: float | None = None
        self._hashes: dict[tuple[Path, int, int], str] = {}

    def exchange(self) -> None:
        """Send what the storage lacks, and fetch what this machine lacks. Raises StoreError."""
        self.send()
        self.fetch()

    def exchange_if_possible(self) -> None:
        """The same; where it fails, the log says so, and each machine goes on with what it has."""
        self._tried_at = time.monotonic()
        try:
            self.exchange()
        except StoreError as error:
            log.warning("Labelled images cannot be exchanged with other machines: %s", error)

    def look(self) -> None:
        """The same, for somebody who only looks: at most every ten seconds."""
        if self._tried_at is None or time.monotonic() - self._tried_at >= FRESH:
            self.exchange_if_possible()

    def send(self) -> Carried:
        """Store what this machine has and the storage lacks. Raises StoreError."""
        with self._lock:
            here, there = self._here(), names_in(self._storage)
            lacking = sorted(here.keys() - there)
            sent = 0
            for start in range(0, len(lacking), AT_ONCE):
                contents = {name: here[name].read_bytes() for name in lacking[start : start + AT_ONCE]}
                images = {name: content for name, content in contents.items() if _is_image(content)}
                self._storage.write(images)
                sent += len(images)
            return Carried(sent, len(here) - len(lacking))

    def fetch(self) -> Carried:
        """Add what this machine lacks to its folder; an image that it has with another label is left out.

        Raises StoreError.
        """
        with self._lock:
            known = {_hash_in(name) for name in self._here()}
            there = names_in(self._storage)
            lacking = [name for name in sorted(there) if _hash_in(name) not in known]
            damaged = read_each(self._storage, lacking, self._keep)
            return Carried(len(lacking) - len(damaged), len(there) - len(lacking), damaged)

    def _here(self) -> dict[str, Path]:
        return {_name_of(file, self._hash(file.path)): file.path for file in files(self._folder)}

    def _hash(self, path: Path) -> str:
        """The hash of a file's content, found anew when the file has changed."""
        state = path.stat()
        key = path, state.st_mtime_ns, state.st_size
        if key not in self._hashes:
            self._hashes[key] = hash_file(path)
        return self._hashes[key]

    def _keep(self, name: str, content: bytes) -> None:
        found = _NAME.fullmatch(name)
        assert found is not None, "names_in passes others over"
        folder = self._folder / found["label"] / _writer(found["writer"])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / f"{found['hash'][:32]}.{media_type(content).rpartition('/')[2]}", content)
        except OSError as error:
            raise StoreUnavailable(f"A labelled image cannot be written{because(error)}.") from error


def names_in(storage: Storage) -> set[str]:
    """Return the names of the labelled images of a storage; what else lies there is passed over."""
    return {stored.name for stored in storage.files() if _is_name(stored.name)}


def copy_images(origin: Storage, goal: Storage) -> Carried:
    """Copy the labelled images that a storage lacks from another one. Raises StoreError."""
    wanted, there = names_in(origin), names_in(goal)
    lacking = sorted(wanted - there)
    damaged = read_each(origin, lacking, lambda name, content: goal.write({name: content}))
    return Carried(len(lacking) - len(damaged), len(wanted) - len(lacking), damaged)


def read_each(storage: Storage, names: Iterable[str], keep: Callable[[str, bytes], None]) -> tuple[str, ...]:
    """Hand on the content of each image; return the names of those that are damaged or gone. Raises StoreError."""

    def read(name: str) -> str | None:
        try:
            content = storage.read(name)
        except FileNotFoundError:
            content = b""
        if sha256(content).hexdigest() != _hash_in(name) or not _is_image(content):
            log.warning("The labelled image %s in the storage is damaged or gone; it is left out.", name)
            return name
        keep(name, content)
        return None

    with ThreadPoolExecutor(AT_ONCE, "labelled-images") as threads:
        return tuple(name for name in threads.map(read, names) if name is not None)


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
    return not (writer.startswith(".") or "/" in writer or "\0" in writer) and len(writer) <= LONGEST_WRITER


def _writer(part: str) -> str:
    """The folder of a writer; an empty text for none."""
    return "" if part == "-" else os.fsdecode(bytes.fromhex(part))


def _hash_in(name: str) -> str:
    return name.rpartition("/")[2]


def _is_image(content: bytes) -> bool:
    try:
        media_type(content)
    except ImageError:
        return False
    return True
