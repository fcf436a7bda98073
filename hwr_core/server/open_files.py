"""How many files and connections the process may have open; most systems allow 1,024 unless it is asked for more."""

import sys

if sys.platform != "win32":
    import resource

BESIDE = 512
"""What the server opens beside its connections: the database, logs, models, files that come and go."""


def most_connections(wanted: int) -> int:
    """Let the process open what so many connections need, as far as the system allows, and return how many it can."""
    if sys.platform == "win32":  # has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + BESIDE
    if _is_below(soft, needed):
        allowed = min(needed, hard) if hard != resource.RLIM_INFINITY else needed
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        except (OSError, ValueError):  # macOS has a lower limit that it does not tell
            allowed = soft
        soft = allowed
    return min(wanted, max(soft - BESIDE, soft // 2)) if _is_below(soft, needed) else wanted


def _is_below(limit: int, needed: int) -> bool:
    return limit != resource.RLIM_INFINITY and limit < needed
