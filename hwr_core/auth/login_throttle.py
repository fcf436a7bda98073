"""The login throttle: limits failed sign-ins, so that nobody can guess a password, nor lock a user out by guessing.

After OWASP's "device cookies": who comes from where the user has signed in before is not counted with strangers.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse, parse_many
from limits.strategies import MovingWindowRateLimiter

from hwr_core.auth.counters import Counters
from hwr_core.errors import TooManyRequests
from hwr_core.settings import Settings

FOR_NAME_AND_ADDRESS = parse_many("5/5 minutes; 10/hour; 20/day")
"""The wait grows: five minutes, an hour, a day."""
FOR_NAME = parse("50 per hour")
"""From all addresses that the user never signed in from: more of them than one stranger has are needed to reach it."""
FOR_ADDRESS = parse("50 per 15 minutes")
FROM_KNOWN = parse_many("10/minute; 100/hour")
"""Of a browser or an address that the user has signed in from before: counted on its own, whatever strangers do."""

NETWORK = 64
"""Bits of an IPv6 address that stand for one customer: the others everybody may choose."""

MOST_COUNTED = 20_000
"""Failed sign-ins after which all counts of this process begin anew, so that they take a bounded memory: some 60 MB.
At most twenty guesses of a password are won by so many attempts."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sign-in comes from. `known_as` names the browser or the address if the user has signed in from it."""

    address: str
    known_as: str | None = None


class LoginThrottle:
    """Counts failed sign-ins. The caller makes one attempt at a time from strange origins, and one from known ones."""

    def __init__(self, settings: Settings) -> None:
        """Make a throttle; servers share its counts where HWR_LIMITS_URL is set. Raises NotInstalled."""
        self._windows = Counters(MovingWindowRateLimiter, settings)
        self._counted = 0
        self.problem = self._windows.problem

    def refuse_if_too_many(self, name: str, origin: Origin) -> None:
        """Raise TooManyRequests after too many failed sign-ins."""
        for limit, who in _limits(name, origin):
            if not self._windows.test(limit, *who):
                seconds = self._windows.seconds_left(limit, *who)
                raise TooManyRequests(
                    f"Too many sign-ins have failed. Try again in {seconds} seconds.", retry_after=seconds
                )

    def failed(self, name: str, origin: Origin) -> None:
        """Count a failed sign-in."""
        self._counted += 1
        if self._counted > MOST_COUNTED:
            self._windows.forget_own()
            self._counted = 1
        for limit, who in _limits(name, origin):
            self._windows.hit(limit, *who)

    def succeeded(self, name: str, origin: Origin) -> None:
        """Reset the counts of a name from there."""
        for limit, who in _own_limits(name, origin):
            self._windows.clear(limit, *who)


Counted = tuple[RateLimitItem, tuple[str, ...]]


def _limits(name: str, origin: Origin) -> Iterator[Counted]:
    yield from _own_limits(name, origin)
    if origin.known_as is None:
        yield FOR_NAME, (name, "any address")
        yield FOR_ADDRESS, ("any name", _network(origin.address))


def _own_limits(name: str, origin: Origin) -> Iterable[Counted]:
    if origin.known_as is not None:
        return [(limit, (name, "known", origin.known_as)) for limit in FROM_KNOWN]
    return [(limit, (name, _network(origin.address))) for limit in FOR_NAME_AND_ADDRESS]


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:  # a socket file's, or a test's
        return address
    return str(int(found) >> (128 - NETWORK)) if isinstance(found, IPv6Address) else address
