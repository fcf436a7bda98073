"""The choice of an engine: processes of this machine, or Dask or Ray, here or on a cluster."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

from hwr_core.app.bulk.engines.on_dask import on_dask
from hwr_core.app.bulk.engines.on_ray import on_ray
from hwr_core.app.bulk.engines.processes import in_processes
from hwr_core.app.bulk.engines.readers import Readers
from hwr_core.app.bulk.worker import Reading
from hwr_core.app.limits import cores
from hwr_core.errors import InvalidValue


class EngineKind(StrEnum):
    """What reads the images."""

    LOCAL = "local"
    DASK = "dask"
    RAY = "ray"


@dataclass(frozen=True, slots=True)
class Engine:
    """What reads the images.

    Attributes:
        kind: processes of our own, or those of Dask or Ray.
        address: of a cluster; None for the one that the engine's own settings name (DASK_SCHEDULER_ADDRESS,
            RAY_ADDRESS), and processes on this machine where they name none.
        processes: how many read on this machine; None for as many as cores.
    """

    kind: EngineKind = EngineKind.LOCAL
    address: str | None = None
    processes: int | None = None

    def __post_init__(self) -> None:
        if self.processes is not None and self.processes < 1:
            raise InvalidValue(f"The number of processes is {self.processes}; 1 or more is allowed.")
        if self.address is not None and self.kind is EngineKind.LOCAL:
            raise InvalidValue("An address is that of a cluster: choose the engine dask or ray with it.")
        if self.address is not None and self.processes is not None:
            raise InvalidValue("A cluster has its own number of processes: give its address or their number.")

    def opened(self, reading: Reading) -> AbstractContextManager[Readers]:
        """Have processes ready to read in the block.

        Raises:
            NotInstalled: the engine's extra is not there.
            WorkerLost: the cluster cannot be reached, or its processes were ended again and again.
        """
        here = self.processes or cores()
        match self.kind:
            case EngineKind.LOCAL:
                return in_processes(reading, here)
            case EngineKind.DASK:
                return on_dask(reading, self.address, here)
            case EngineKind.RAY:
                return on_ray(reading, self.address, here)


THIS_MACHINE = Engine()
"""All cores of this machine."""
