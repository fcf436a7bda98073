"""How large an image file may be, and how many processes read, as the settings say."""

import os
import sys

from hwr_core.images.decode import Limits
from hwr_core.settings import Settings

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


def cores() -> int:
    """The cores that this process may use: a container or a batch system may give it fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
