"""When something that was done too often may be done again."""

import math
import time

from limits import RateLimitItem
from limits.strategies import RateLimiter


def seconds_left(windows: RateLimiter, limit: RateLimitItem, *who: str) -> int:
    """Return the whole seconds until the next one is allowed, 1 or more."""
    return max(1, math.ceil(windows.get_window_stats(limit, *who).reset_time - time.time()))
