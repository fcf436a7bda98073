"""The engine that needs nothing else: processes of this machine, which end with the one that started them."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from hwr_core.app.bulk.engines.readers import Readers, lost
from hwr_core.app.bulk.worker import Reading, read


@contextmanager
def in_processes(reading: Reading, count: int) -> Iterator[Readers]:
    """Start so many processes when the first images are to be read. Raises WorkerLost."""
    # Spawned, not forked: this process has threads of its own, and nothing of them may be copied.
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_watch_parent)
    try:
        yield Readers(lambda: count, lambda images: pool.submit(read, reading, images).result)
    except BrokenProcessPool as error:
        why = "A process that reads images was ended, maybe because the machine has too little memory."
        raise lost(f"{why} --processes sets how many read at once.") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _watch_parent() -> None:
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
