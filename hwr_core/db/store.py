"""The seam: sessions on a history, whichever engine keeps it. `FileStore` is DuckDB's, `ServerStore` PostgreSQL's."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hwr_core.db.cursor import Cursor

CHANNEL = "hwr"
"""The channel on which servers that share a database tell each other what has changed."""
MODELS = "models"
"""The word for: another version serves, challenges or is retired."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one server tells the others: what kind of thing has changed, and which ones, by their ids."""

    kind: str
    ids: tuple[int, ...] = ()


class Store(ABC):
    """One history. Safe to use from many threads."""

    is_shared = False
    """Whether servers on several machines may use it at once."""

    @abstractmethod
    def session(self, *, patience: float | None = None) -> AbstractContextManager[Cursor]:
        """Yield a cursor inside a transaction: committed, durably, on success and rolled back on an error.

        All that one session reads is of one moment. It waits at most `patience` seconds to begin.

        Raises StoreBusy or StoreUnavailable; other errors of the body pass unchanged.
        """

    @abstractmethod
    def writing(self) -> AbstractContextManager[Cursor]:
        """Yield a session's cursor to one writer at a time: what it has read stays true until it has committed.

        Otherwise a prediction could be stored for a user who is being deleted, and two writers of one row would clash.
        """

    @abstractmethod
    def size(self) -> int:
        """Return how much room the history takes up, in bytes. Raises StoreError."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the history, and refuse new sessions. May be called again."""
