"""Who a token belongs to, remembered for a moment, so that not every request asks the database."""

import time
from collections.abc import Callable
from threading import Lock

from hwr_core.auth.permissions import Caller

HOLDS = 2.0
"""Seconds until what another process revoked is noticed here at the latest; what we revoke ourselves, at once."""
MOST = 10_000


class CallerCache:
    """Callers by what they showed. Safe to use from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._callers: dict[str, tuple[Caller, float]] = {}
        self._forgotten = 0

    def get(self, name: str) -> Caller | None:
        """Return who it is, None where that is not known any more."""
        found = self._callers.get(name)
        return found[0] if found is not None and self._clock() < found[1] else None

    def get_or_find(self, name: str, find: Callable[[], Caller | None]) -> Caller | None:
        """Return who it is, asking `find` where need be; that nobody is found is not remembered."""
        if (caller := self.get(name)) is not None:
            return caller
        before = self._forgotten
        caller = find()
        with self._lock:
            if caller is not None and before == self._forgotten:  # else what was found may just have been revoked
                if len(self._callers) >= MOST:
                    self._callers.clear()
                self._callers[name] = caller, self._clock() + HOLDS
        return caller

    def forget(self) -> None:
        """Ask anew for everybody."""
        with self._lock:
            self._forgotten += 1
            self._callers.clear()
