"""Which model version reads for whom: that of the user's arm while an experiment runs, else the one being served."""

import logging
import time
from collections.abc import Callable
from threading import Lock

from hwr_core.errors import HwrError, ModelUnavailable, NotFound, StoreError
from hwr_core.experiments.assignment import arm_of, name_of
from hwr_core.experiments.table import Experiments
from hwr_core.experiments.types import Experiment, ExperimentState
from hwr_core.images.decode import Limits
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.types import Assignment
from hwr_core.recognition.workers.pool import Workers
from hwr_core.registry.registry import Registry
from hwr_core.scripts.script import WESTERN

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds after which whoever reads looks whether an experiment has begun or ended, by another process maybe."""

PATIENCE = 0.1
"""Seconds that an image may have to wait for a busy database because of that."""


class Routing:
    """The readers of the running experiment's arms. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913  all but four by name
        self,
        experiments: Experiments,
        registry: Registry,
        served: ServedModel,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.monotonic,
        workers: Workers | None = None,
    ) -> None:
        self._experiments = experiments
        self._registry = registry
        self._served = served
        self._limits = limits
        self._workers = workers
        self._clock = clock
        self._lock = Lock()
        self._looked_at = -LOOK
        self._readers: dict[str, Reader] = {}
        self.running: Experiment | None = None
        """The experiment that was running when it was last looked."""

    def reader(self, user_id: int | None, unit: str | None, script: str) -> tuple[Reader, Assignment | None]:
        """Return the reader for a user, and the arm of an experiment where it belongs to one.

        Args:
            user_id: the user; outside of any experiment if None.
            unit: whom to count as one in place of the user, such as a device or a branch.
            script: experiments are about Western digits; images in other scripts are read as ever.

        Raises:
            ModelUnavailable: there is no usable model.
        """
        if user_id is not None and script == WESTERN:
            if self._clock() - self._looked_at > LOOK:
                self.refresh(wait=False)
            if self.running is not None and (found := self._of_arm(self.running, unit or f"user:{user_id}")):
                return found
        return self._served.reader(), None

    def serving(self, user_id: int | None = None) -> tuple[str, int | None]:
        """Return the version that reads Western digits for a user, and the experiment that chose it, if one did.

        Takes and raises what `reader` takes and raises.
        """
        reader, assignment = self.reader(user_id, None, WESTERN)
        return reader.recogniser.version, None if assignment is None else assignment.experiment

    def refresh(self, *, wait: bool = True) -> None:
        """Look which experiment is running; where the database is busy, all stays as it is.

        Without `wait`, nothing is done where another thread is looking already.
        """
        if not self._lock.acquire(blocking=wait):
            return
        try:
            self.running = self._experiments.running(patience=None if wait else PATIENCE)
            if self.running is None:
                self._readers = {}  # whoever reads with one of them reads on
        except StoreError as error:
            log.warning("Could not look for experiments: %s", error)
        finally:
            self._looked_at = self._clock()
            self._lock.release()

    def load(self, version: str) -> Reader:
        """Return the reader of a version, loading it the first time. Raises NotFound and ModelUnavailable."""
        served, reader = self._served.get()
        if served.name == version:
            return reader
        with self._lock:
            if version not in self._readers:
                self._readers[version] = Reader.load(self._registry.get(version), self._limits, self._workers)
            return self._readers[version]

    def close(self) -> None:
        """Stop the readers' threads."""
        with self._lock:
            for reader in self._readers.values():
                reader.recogniser.close()
            self._readers = {}
            self.running = None

    def _of_arm(self, experiment: Experiment, unit: str) -> tuple[Reader, Assignment] | None:
        name = name_of(experiment.id, unit)
        arm = arm_of(experiment.arms, name)
        if arm is None:
            return None
        try:
            return self.load(arm.version), Assignment(experiment.id, name)
        except (ModelUnavailable, NotFound) as error:
            self._end(experiment, f"{arm.version} could not be loaded: {error}")
            return None

    def _end(self, experiment: Experiment, reason: str) -> None:
        """Stop an experiment that harms its users."""
        log.error("Experiment %d was stopped: %s", experiment.id, reason)
        self.running = None
        try:
            self._experiments.finish(experiment.id, ExperimentState.STOPPED, reason)
        except HwrError as error:  # it has ended meanwhile, or is tried again with the next image
            log.warning("That could not be written: %s", error)
