"""Processes that tests wait for."""

import time
from pathlib import Path


def wait_for_the_end_of(process: int) -> None:
    """Wait until a process is gone, or is nothing but a name that its parent has not asked about."""
    patience = time.monotonic() + 60
    while _lives(process):
        assert time.monotonic() < patience
        time.sleep(0.1)


def _lives(process: int) -> bool:
    try:
        return b"Z" not in Path(f"/proc/{process}/stat").read_bytes().split(b")")[-1]
    except (FileNotFoundError, ProcessLookupError):
        return False
