"""The engine Dask: a cluster that has an address, or a small one on this machine for as long as the reading takes."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from hwr_core.app.bulk.engines.readers import Readers, lost
from hwr_core.app.bulk.images import Images
from hwr_core.app.bulk.worker import Reading, read
from hwr_core.errors import InvalidValue, NotInstalled

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

PATIENCE = 60
"""Seconds that a scheduler has to answer, and then to have a worker."""


@contextmanager
def on_dask(reading: Reading, address: str | None, processes: int) -> Iterator[Readers]:
    """Join the cluster of the address, or of Dask's own settings, or start one of so many processes here.

    Raises NotInstalled, InvalidValue for what is no address, and WorkerLost.
    """
    try:
        import dask  # noqa: PLC0415  of an extra, and some seconds
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise NotInstalled("The engine dask needs Dask", "dask") from error
    scheduler = address or dask.config.get("scheduler-address", None)
    with ExitStack() as stack:
        try:
            place = scheduler or _cluster(stack, processes)
            client = stack.enter_context(distributed.Client(place, timeout=PATIENCE))
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError) as error:
            where = f"The Dask scheduler at {scheduler}" if scheduler else "Dask on this machine"
            raise lost(f"{where} does not answer, or has no workers.") from error
        except ValueError as error:
            raise InvalidValue(
                f"{scheduler!r} is no address of a Dask scheduler, as tcp://10.0.0.5:8786 is."
            ) from error
        yield Readers(lambda: sum(client.nthreads().values()), lambda images: _start(client, reading, images))


def _cluster(stack: ExitStack, processes: int) -> Any:
    from distributed import LocalCluster  # noqa: PLC0415  see above

    cluster = LocalCluster(
        n_workers=processes, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
    )
    stack.callback(_close, cluster)
    return cluster


def _close(cluster: Any) -> None:
    try:
        cluster.close()
    except AssertionError as error:
        # A worker that is just starting anew after a kill: distributed 2026.8 asserts that it has an id.
        log.debug("A worker of Dask could not be closed: %s", error)


def _start(client: Any, reading: Reading, images: Images) -> Callable[[], "pa.Table"]:
    from distributed import KilledWorker  # noqa: PLC0415  see above

    future = client.submit(read, reading, images, pure=False)

    def wait() -> "pa.Table":
        try:
            return future.result()
        except KilledWorker as error:
            why = "Workers of Dask were ended again and again, maybe because they have too little memory."
            raise lost(why) from error
        except CancelledError as error:  # so Dask says that the scheduler is gone
            raise lost("The Dask scheduler was lost.") from error

    return wait
