"""A short-lived cache of callers by token, so that not every request asks the database."""

import time
from collections.abc import Callable
from threading import Lock

from hwr_core.auth.permissions import Caller

LIFETIME = 2.0
"""Seconds after which a revocation by another process takes effect here; our own take effect at once."""
MOST = 10_000


class CallerCache:
    """Callers by session, key or token. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._callers: dict[str, tuple[Caller, float]] = {}
        self._clearings = 0

    def get(self, name: str) -> Caller | None:
        """Return the cached caller, None where there is none or it has expired."""
        found = self._callers.get(name)
        return found[0] if found is not None and self._clock() < found[1] else None

    def get_or_find(self, name: str, find: Callable[[], Caller | None]) -> Caller | None:
        """Return the cached caller, or the one that `find` returns; None is not cached."""
        if (caller := self.get(name)) is not None:
            return caller
        before = self._clearings
        caller = find()
        with self._lock:
            if caller is not None and before == self._clearings:  # else it may just have been revoked
                if len(self._callers) >= MOST:
                    self._callers.clear()
                self._callers[name] = caller, self._clock() + LIFETIME
        return caller

    def forget(self) -> None:
        """Remove all callers from the cache."""
        with self._lock:
            self._clearings += 1
            self._callers.clear()
