"""The engine Ray: a cluster that has an address, or a small one on this machine for as long as the reading takes."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hwr_core.app.bulk.engines.readers import Readers, lost
from hwr_core.app.bulk.worker import Reading, read
from hwr_core.errors import InvalidValue, NotInstalled

if TYPE_CHECKING:
    import pyarrow as pa

PATIENCE = 10
"""Seconds in which the head of a cluster has to take a connection: Ray itself tries for minutes."""

RETRIES = 3
"""How often the images of a process that ended are read by another one."""

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # Ray tells its makers of each start, unless it is told not to
    "RAY_worker_niceness": "0",  # it is 15: on a machine that does something else too, nearly nothing is read
}
"""Settings of a cluster that is started here, where nobody has chosen others."""

WITHOUT_HOST = frozenset(("auto", "local"))
"""Addresses of Ray that mean a cluster on this machine: the one that runs, or a new one."""


@contextmanager
def on_ray(reading: Reading, address: str | None, processes: int) -> Iterator[Readers]:
    """Join the cluster of the address, or of RAY_ADDRESS, or start one of so many processes here.

    Raises NotInstalled, InvalidValue for what is no address, and WorkerLost.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415  of an extra, and some seconds
    except ImportError as error:
        raise NotInstalled("The engine ray needs Ray", "ray") from error
    _join(address or os.environ.get("RAY_ADDRESS"), processes)
    try:
        remote = ray.remote(num_cpus=1, max_retries=RETRIES)(read)
        if not _processors():
            raise lost("The Ray cluster has no processors.")
        yield Readers(_processors, lambda images: _wait(remote.remote(reading, images)))
    finally:
        ray.shutdown()


def _join(address: str | None, processes: int) -> None:
    import ray  # noqa: PLC0415  see above

    if address is not None:
        _confirm_reachable(address)
    here = {"num_cpus": processes, "include_dashboard": False} if address in {None, "local"} else {}
    where = f"The Ray cluster at {address}" if address else "Ray on this machine"
    try:
        ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR", **here)
    except (OSError, RuntimeError) as error:
        raise lost(f"{where} does not answer.") from error


def _processors() -> int:
    import ray  # noqa: PLC0415  see above

    return int(ray.cluster_resources().get("CPU", 0))


def _confirm_reachable(address: str) -> None:
    if address in WITHOUT_HOST:
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or port is None:
        raise InvalidValue(
            f"{address!r} is no address of a Ray cluster, as 10.0.0.5:6379 and ray://10.0.0.5:10001 are."
        )
    try:
        socket.create_connection((host, port), PATIENCE).close()
    except OSError as error:
        raise lost(f"The Ray cluster at {address} cannot be reached.") from error


def _wait(reference: Any) -> Callable[[], "pa.Table"]:
    from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415  see above

    def wait() -> "pa.Table":
        import ray  # noqa: PLC0415  see above

        try:
            return ray.get(reference)
        except RayTaskError as error:
            raise error.cause from None  # what the process has raised, without a page of text around it
        except RayError as error:
            why = "Processes of Ray were ended again and again, maybe because they have too little memory."
            raise lost(why) from error

    return wait
