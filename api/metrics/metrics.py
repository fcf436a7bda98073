"""All metrics of one app, as /metrics shows them."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Info, PlatformCollector, ProcessCollector

from api.metrics.predictions import Predictions, Stored
from api.metrics.state import WorkspaceState
from api.metrics.traffic import Live, Requests
from hwr_core import __version__
from hwr_core.app import Workspace


class Metrics:
    """The metrics of one app, in a registry of its own. Safe to use from many threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        Info("hwr_build", "The program.", registry=self.registry).info({"version": __version__})
        self.requests = Requests(self.registry)
        self.live = Live(self.registry)
        self._predictions = Predictions(self.registry)
        self._stored = Stored(self.registry)

    @contextmanager
    def watching(self, workspace: Workspace) -> Iterator[None]:
        """Show what a workspace does, and its state, for as long as the context lasts."""
        state = WorkspaceState(workspace)
        self.registry.register(state)
        try:
            with workspace.events.subscribed(self._predictions.hear), workspace.events.subscribed(self._stored.hear):
                yield
        finally:
            self.registry.unregister(state)
