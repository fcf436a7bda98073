"""Rate limits: how many requests a user, a key or an address may send."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from hwr_core.app import Caller, seconds_left
from hwr_core.errors import TooManyRequests

COUNTED = ("/api/", "/sign-in", "/_stcore/upload_file/", "/_stcore/stream")
"""Beginnings of the paths that count; a page loads hundreds of scripts and images, which do not."""


class Rates:
    """Counts requests separately for each user, each key and, where nobody is signed in, each address."""

    def __init__(self, limit: str) -> None:
        self._limit = parse(limit)
        self._windows = FixedWindowRateLimiter(MemoryStorage())

    def count(self, caller: Caller | None, path: str, address: str) -> None:
        """Count one request. Raises TooManyRequests."""
        if not path.startswith(COUNTED):
            return
        client = client_name(caller, address)
        if not self._windows.hit(self._limit, client):
            wait = seconds_left(self._windows, self._limit, client)
            raise TooManyRequests(f"The limit is {self._limit}. Try again in {wait} seconds.", retry_after=wait)


def client_name(caller: Caller | None, address: str) -> str:
    """Return what counts as one client: a user, a key, or the address of somebody not signed in."""
    if caller is None:
        return f"address {address}"
    return f"user {caller.user_id}" if caller.key_id is None else f"key {caller.key_id}"
