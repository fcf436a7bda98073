"""Which version serves, which challenges it, which are retired, and the log of how it came to that: in files.

Several servers that share a database keep the same there: `hwr_core.evaluation.stored_pointers`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from hwr_core.errors import ModelUnavailable
from hwr_core.files import because, locked, write_whole

CHAMPION = "champion"
"""Alias of the version being served."""
CHALLENGER = "challenger"
"""Alias of the version that may replace it."""
RETIRED = "retired"
"""A file in the folder of a version that is excluded from promotion."""
LOG = "promotions.jsonl"
"""The log: one line of JSON for each change. Lines are never changed."""
LOCK = ".lock"

Line: TypeAlias = Mapping[str, Any]


class Change(ABC):
    """What may be changed while nobody else changes anything."""

    @abstractmethod
    def log(self, line: Line) -> None:
        """Add a line to the log; to be done before the change itself, so that no change is missing there."""

    @abstractmethod
    def point(self, alias: str, version: str | None) -> None:
        """Let an alias name a version, or none."""

    @abstractmethod
    def retire(self, version: str, *, retired: bool) -> None:
        """Exclude a version from promotion, or allow it again."""


class Pointers(ABC):
    """The aliases and the log of one registry. Safe to use from many threads and processes."""

    @abstractmethod
    def get(self, alias: str) -> str | None:
        """Return the name that an alias stands for, whether or not there is such a version. Raises ModelUnavailable."""

    @abstractmethod
    def is_retired(self, version: str) -> bool:
        """Whether a version is excluded from promotion. Raises ModelUnavailable."""

    @abstractmethod
    def retired(self) -> list[str]:
        """Return the names of the retired versions. Raises ModelUnavailable."""

    @abstractmethod
    def lines(self) -> list[Line]:
        """Return the lines of the log, newest first. Raises ModelUnavailable."""

    @abstractmethod
    def changing(self) -> AbstractContextManager[Change]:
        """Change something as the only one who does; what is read meanwhile is the latest. Raises ModelUnavailable."""

    def refresh(self) -> None:  # noqa: B027  files are read at each look
        """Read anew at the next look: another process has changed something."""


class FilePointers(Pointers):
    """Aliases in files of one line each, and a log of a line for each change, in the folder of versions."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """`folder` is asked at each use: the shipped version is brought when it is first looked into."""
        self._folder = folder

    def get(self, alias: str) -> str | None:
        """See `Pointers`."""
        try:
            return (self._folder() / alias).read_text(encoding="utf-8", errors="replace").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ModelUnavailable(
                f"The alias {alias} of the model versions cannot be read{because(error)}."
            ) from error

    def is_retired(self, version: str) -> bool:
        """See `Pointers`."""
        return (self._folder() / version / RETIRED).exists()

    def retired(self) -> list[str]:
        """See `Pointers`."""
        return sorted(file.parent.name for file in self._folder().glob(f"*/{RETIRED}"))

    def lines(self) -> list[Line]:
        """See `Pointers`; a line that a power cut left incomplete is left out."""
        try:
            lines = (self._folder() / LOG).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ModelUnavailable(f"The log of promotions cannot be read{because(error)}.") from error
        return [line for text in reversed(lines) if (line := _parsed(text)) is not None]

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """See `Pointers`."""
        try:
            folder = self._folder()
            folder.mkdir(parents=True, exist_ok=True)
            with locked(folder / LOCK):
                yield _FileChange(folder)
        except OSError as error:
            raise ModelUnavailable(f"The folder of model versions cannot be written: {error.strerror}.") from error


class _FileChange(Change):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def log(self, line: Line) -> None:
        with (self._folder / LOG).open("ab") as stream:
            stream.write(json.dumps(dict(line)).encode() + b"\n")

    def point(self, alias: str, version: str | None) -> None:
        if version is None:
            (self._folder / alias).unlink(missing_ok=True)
        else:
            write_whole(self._folder / alias, f"{version}\n".encode())

    def retire(self, version: str, *, retired: bool) -> None:
        mark = self._folder / version / RETIRED
        if retired:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)


def copy_pointers(source: Pointers, target: Change, known: int = 0) -> None:
    """Let the target say what the source says; of the log it has the first lines already, so many."""
    for line in source.lines()[::-1][known:]:
        target.log(line)
    for alias in (CHAMPION, CHALLENGER):
        target.point(alias, source.get(alias))
    for version in source.retired():
        target.retire(version, retired=True)


def _parsed(text: bytes) -> Line | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
