"""The champion, loaded once for all threads, and exchanged for another one while predictions go on."""

import logging
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from hwr_core.errors import ModelUnavailable
from hwr_core.events import Events
from hwr_core.images.decode import Limits
from hwr_core.recognition.events import ModelServed
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.workers.pool import Workers
from hwr_core.registry.registry import ModelVersion, Registry

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds after which whoever reads looks whether another version was promoted, unless somebody did meanwhile."""


class ServedModel:
    """The model version that reads. Safe to use from many threads.

    Whoever has been handed a reader reads on with it while another takes its place; its threads end when the last of
    them has let go of it.
    """

    def __init__(
        self,
        registry: Registry,
        limits: Limits,
        events: Events,
        clock: Callable[[], float] = time.monotonic,
        workers: Workers | None = None,
    ) -> None:
        self._registry = registry
        self._limits = limits
        self._workers = workers
        self._events = events
        self._clock = clock
        self._lock = Lock()
        self._loaded: tuple[ModelVersion, Reader] | None = None
        self._looked_at = -LOOK
        self._closed = Event()
        self.problem: str | None = None
        """Why the version chosen to serve is not the one that reads; None when it is."""

    def get(self) -> tuple[ModelVersion, Reader]:
        """Return the version being served and its reader, loading them the first time.

        Raises:
            ModelUnavailable: there is none.
        """
        if self._clock() - self._looked_at > LOOK:
            self.refresh()
        return self._loaded or self._load_first()

    def version(self) -> ModelVersion:
        """Return the version being served. Raises ModelUnavailable."""
        return self.get()[0]

    def reader(self) -> Reader:
        """Return its reader. Raises ModelUnavailable."""
        return self.get()[1]

    def refresh(self) -> None:
        """Take up a promotion. A version that cannot be loaded leaves the one that reads in its place."""
        if self._loaded is None or not self._lock.acquire(blocking=False):
            return
        try:
            self._looked_at = self._clock()
            if self._registry.champion_name() != self._loaded[0].name:
                self._loaded = self._load(self._registry.champion())
                name = self._loaded[0].name
                log.info("Now serving model version %s.", name)
                self._events.publish(ModelServed(name))
            self.problem = None
        except ModelUnavailable as error:
            problem = f"{self._loaded[0].name} is still being served: {error}"
            if problem != self.problem:
                log.error("%s", problem)  # noqa: TRY400  a damaged version is no fault of the code
            self.problem = problem
        finally:
            self._lock.release()

    def watch(self) -> None:
        """Look again and again in the background from now on, so that no prediction has to wait for a new version."""
        Thread(target=self._watch, name="served-model", daemon=True).start()

    def _watch(self) -> None:
        while not self._closed.wait(LOOK / 2):
            self.refresh()

    def _load_first(self) -> tuple[ModelVersion, Reader]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load(self._registry.champion())
            return self._loaded

    def _load(self, version: ModelVersion) -> tuple[ModelVersion, Reader]:
        return version, Reader.load(version, self._limits, self._workers)

    def close(self) -> None:
        """Stop the reader's threads."""
        self._closed.set()
        with self._lock:
            if self._loaded:
                self._loaded[1].recogniser.close()
            self._loaded = None
