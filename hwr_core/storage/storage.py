"""The seam: whole files under names. No appending, renaming or locking: object stores know none of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there: its name, and its size in bytes."""

    name: str
    size: int


class Storage(Protocol):
    """Files under names such as `ab/cdef`. Safe to use from many threads.

    A reader sees a file whole, as it was or as it is now, or not at all. Every method raises StorageUnavailable where
    the object storage fails, and OSError where the disk does.
    """

    def write(self, files: Mapping[str, bytes]) -> None:
        """Store files for good, replacing those that are there; all are durable on return. Their order is not kept."""
        ...

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises FileNotFoundError."""
        ...

    def remove(self, names: Collection[str]) -> None:
        """Remove files; those that are not there do not matter."""
        ...

    def files(self, under: str = "") -> Iterator[Stored]:
        """Yield all files below a name, in no order; what is just being written is not among them."""
        ...

    def address(self, name: str) -> str:
        """Return the path or the URL of a file, whether or not it is there, as `read_address` takes it."""
        ...

    def tidy(self) -> None:
        """Remove what killed processes have left unfinished."""
        ...
