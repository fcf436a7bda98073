"""The login throttle: limits failed sign-ins by name, by address, and most strictly by both together."""

from collections.abc import Iterator

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hwr_core.auth.retry_after import seconds_left
from hwr_core.errors import TooManyRequests

FOR_NAME_AND_ADDRESS = parse("5 per 5 minutes")
FOR_NAME = parse("50 per hour")
"""From all addresses: high, so that nobody can easily lock another user out."""
FOR_ADDRESS = parse("50 per 15 minutes")


class LoginThrottle:
    """Counts failed sign-ins. Not thread-safe: the caller makes one attempt at a time."""

    def __init__(self) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def refuse_if_too_many(self, name: str, address: str) -> None:
        """Raise TooManyRequests after too many failed sign-ins."""
        for limit, who in _limits(name, address):
            if not self._windows.test(limit, *who):
                seconds = seconds_left(self._windows, limit, *who)
                raise TooManyRequests(
                    f"Too many sign-ins have failed. Try again in {seconds} seconds.", retry_after=seconds
                )

    def failed(self, name: str, address: str) -> None:
        """Count a failed sign-in."""
        for limit, who in _limits(name, address):
            self._windows.hit(limit, *who)

    def succeeded(self, name: str, address: str) -> None:
        """Reset the count of a name from this address."""
        self._windows.clear(FOR_NAME_AND_ADDRESS, name, address)


def _limits(name: str, address: str) -> Iterator[tuple[RateLimitItem, tuple[str, ...]]]:
    yield FOR_NAME_AND_ADDRESS, (name, address)
    yield FOR_NAME, (name, "any address")
    yield FOR_ADDRESS, ("any name", address)
