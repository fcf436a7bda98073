"""How long to wait after too many attempts."""

import math
import time

from limits import RateLimitItem
from limits.strategies import RateLimiter


def seconds_left(windows: RateLimiter, limit: RateLimitItem, *who: str) -> int:
    """Return the whole seconds until the next attempt is allowed, 1 or more."""
    return max(1, math.ceil(windows.get_window_stats(limit, *who).reset_time - time.time()))
