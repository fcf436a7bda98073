"""How large an image file may be, and how many processes read, as the settings say."""

import os
import sys
from pathlib import Path

from hwr_core.images.decode import Limits
from hwr_core.settings import Settings

QUOTA = Path("/sys/fs/cgroup/cpu.max")

MOST_BY_ITSELF = 4
"""Processes that read, at most, unless the settings name a number: beyond, the server's own is what is busy."""


def limits_of(settings: Settings) -> Limits:
    """Return the limits on image files and documents. Settings stand below images, so they cannot say it themselves."""
    return Limits(settings.max_image_bytes, settings.max_image_pixels, settings.max_document_pages)


def workers_of(settings: Settings) -> int:
    """Return how many processes a server has beside its own, to read images; 0 where it reads them itself."""
    if sys.platform == "win32":  # which knows no way of handing a socket to a program
        return 0
    wanted = settings.workers or min(MOST_BY_ITSELF, cores())
    return wanted if wanted > 1 else 0


def cores(quota: Path = QUOTA) -> int:
    """The cores that this process may use: a container or a batch system may give it fewer than there are.

    `quota`: the file in which Linux says how much processor time a container has, "150000 100000" for 1.5 cores.
    """
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        time, period = map(int, quota.read_text(encoding="utf-8").split())
    except (OSError, ValueError):  # another system, or "max": no quota
        return found
    return max(1, min(found, time // period))
