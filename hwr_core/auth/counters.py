"""Counters of requests and of failed sign-ins: in this process, or in Valkey or Redis, where servers share them.

While those cannot be reached, this process counts by itself: limits are looser then, but nobody is locked out.
"""

import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter, RateLimiter

from hwr_core.errors import NotInstalled
from hwr_core.settings import Settings

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds that a request waits for the shared counters."""
AGAIN = 5.0
"""Seconds after which shared counters that could not be reached are tried again."""

Strategy = type[FixedWindowRateLimiter] | type[MovingWindowRateLimiter]
Found = TypeVar("Found")


class Counters:
    """The counters of one kind of limit. Safe to use from many threads."""

    def __init__(self, strategy: Strategy, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Make counters. Raises NotInstalled where HWR_LIMITS_URL is set and its client is missing."""
        self._strategy = strategy
        self._clock = clock
        self._own: RateLimiter = strategy(MemoryStorage())
        self._shared: RateLimiter | None = _shared(strategy, settings)
        self._away_until = 0.0

    @property
    def are_shared(self) -> bool:
        """Whether counting asks another machine, for which the event loop should not wait."""
        return self._shared is not None

    def hit(self, limit: RateLimitItem, *who: str) -> bool:
        """Count once; return whether it is within the limit."""
        return self._ask(lambda windows: windows.hit(limit, *who))

    def test(self, limit: RateLimitItem, *who: str) -> bool:
        """Return whether one more would be within the limit."""
        return self._ask(lambda windows: windows.test(limit, *who))

    def clear(self, limit: RateLimitItem, *who: str) -> None:
        """Begin anew."""
        self._ask(lambda windows: windows.clear(limit, *who))

    def seconds_left(self, limit: RateLimitItem, *who: str) -> int:
        """Return the whole seconds until the next attempt is allowed, 1 or more."""
        reset_time = self._ask(lambda windows: windows.get_window_stats(limit, *who).reset_time)
        return max(1, math.ceil(reset_time - time.time()))

    def forget_own(self) -> None:
        """Begin all counts of this process anew."""
        self._own = self._strategy(MemoryStorage())

    def problem(self) -> str | None:
        """Return why the shared counters cannot be used at present, in words; None where nothing is wrong."""
        if self._shared is None or self._shared.storage.check():
            return None
        return "The counters that servers share (HWR_LIMITS_URL) cannot be reached; each server counts by itself."

    def _ask(self, question: Callable[[RateLimiter], Found]) -> Found:
        if self._shared is None or self._clock() < self._away_until:
            return question(self._own)
        try:
            return question(self._shared)
        except StorageError as error:
            self._away_until = self._clock() + AGAIN
            log.warning("The shared counters cannot be reached, this server counts by itself: %s", error.storage_error)
            return question(self._own)


def _shared(strategy: Strategy, settings: Settings) -> RateLimiter | None:
    if settings.limits_url is None:
        return None
    address = settings.limits_url.get_secret_value()
    scheme, _, rest = address.partition("://")
    scheme = {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme)  # one protocol: one client does for both
    try:
        return strategy(
            RedisStorage(
                f"{scheme}://{rest}",
                key_prefix="hwr",
                wrap_exceptions=True,
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
            )
        )
    except ConfigurationError as error:  # the client is missing: it connects when it first counts
        raise NotInstalled("HWR_LIMITS_URL needs the client of Redis", "redis") from error
