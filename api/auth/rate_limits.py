"""Rate limits: how many requests a user, a key or an address may send."""

from limits import parse
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from hwr_core.app import Caller, Counters
from hwr_core.errors import TooManyRequests
from hwr_core.settings import Settings

COUNTED = ("/api/", "/sign-in", "/_stcore/upload_file/", "/_stcore/stream")
"""Beginnings of the paths that count; a page loads hundreds of scripts and images, which do not."""


class Rates:
    """Counts requests separately for each user, each key and, where nobody is signed in, each address."""

    def __init__(self, settings: Settings) -> None:
        """Make counters of requests, which servers share where the settings name where. Raises NotInstalled."""
        self._limit = parse(settings.rate_limit)
        self._windows = Counters(FixedWindowRateLimiter, settings)

    async def count(self, caller: Caller | None, path: str, address: str) -> None:
        """Count one request. Raises TooManyRequests."""
        if not path.startswith(COUNTED):
            return
        client = client_name(caller, address)
        if self._windows.are_shared:
            await run_in_threadpool(self._count, client)
        else:
            self._count(client)

    def _count(self, client: str) -> None:
        if not self._windows.hit(self._limit, client):
            wait = self._windows.seconds_left(self._limit, client)
            raise TooManyRequests(f"The limit is {self._limit}. Try again in {wait} seconds.", retry_after=wait)


def client_name(caller: Caller | None, address: str) -> str:
    """Return what counts as one client: a user, a key, or the address of somebody not signed in."""
    if caller is None:
        return f"address {address}"
    return f"user {caller.user_id}" if caller.key_id is None else f"key {caller.key_id}"
