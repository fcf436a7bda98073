"""All metrics of one app, as /metrics shows them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from prometheus_client import CollectorRegistry, Info, PlatformCollector, ProcessCollector

from api.metrics.pages import Pages
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
        self._pages = Pages(self.registry)

    @contextmanager
    def watching(self, workspace: Workspace) -> Iterator[None]:
        """Show what a workspace does, and its state, for as long as the context lasts."""
        state = WorkspaceState(workspace)
        self.registry.register(state)
        try:
            with ExitStack() as subscriptions:
                for part in (self._predictions, self._stored, self._pages):
                    subscriptions.enter_context(workspace.events.subscribed(part.hear))
                yield
        finally:
            self.registry.unregister(state)
