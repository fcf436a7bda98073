"""How often a person, a key or an address may ask."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from hwr_core.auth.permissions import Caller
from hwr_core.auth.retry_after import seconds_left
from hwr_core.errors import TooManyRequests

COUNTED = ("/api/", "/sign-in", "/_stcore/upload_file/", "/_stcore/stream")
"""Beginnings of the addresses that cost something; of a page's scripts and images there are hundreds."""


class Rates:
    """Counts requests, each person's, key's and stranger's address's by itself."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._windows = FixedWindowRateLimiter(MemoryStorage())

    def count(self, caller: Caller | None, path: str, address: str) -> None:
        """Count one. Raises TooManyRequests."""
        if not path.startswith(COUNTED):
            return
        who = name_of(caller, address)
        if not self._windows.hit(self._limit, who):
            wait = seconds_left(self._windows, self._limit, who)
            raise TooManyRequests(f"At most {self._limit} is allowed. Try again in {wait} seconds.", retry_after=wait)


def name_of(caller: Caller | None, address: str) -> str:
    """Return what is counted as one: a person, a key or a stranger's address."""
    if caller is None:
        return f"address {address}"
    return f"user {caller.user_id}" if caller.key_id is None else f"key {caller.key_id}"
