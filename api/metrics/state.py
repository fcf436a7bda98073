"""Metrics of the workspace at the moment of the scrape: model, queue, database."""

from collections.abc import Iterable

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from hwr_core.app import Workspace
from hwr_core.errors import ModelUnavailable, StoreError

PATIENCE = 0.5
"""Seconds for which a scrape waits for the database; Prometheus itself gives up after some ten."""


class WorkspaceState(Collector):
    """Asks the workspace at each scrape. What is not known is left out."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of this moment."""
        yield GaugeMetricFamily(
            "hwr_store_waiting_predictions",
            "Predictions that wait for their turn to be written.",
            self._workspace.waiting,
        )
        yield self._model()
        yield from self._jobs()

    def _model(self) -> Metric:
        info = InfoMetricFamily("hwr_model", "The model version that is served.")
        try:
            version = self._workspace.served_model()
        except ModelUnavailable:
            return info
        info.add_metric((), {"version": version.name, "architecture": version.card.architecture})
        return info

    def _jobs(self) -> Iterable[Metric]:
        jobs = GaugeMetricFamily("hwr_jobs", "Jobs by state; those queued are the queue.", labels=("state",))
        store_up = GaugeMetricFamily("hwr_store_up", "Whether the database answered.")
        try:
            counts = self._workspace.modelling.jobs.counts(patience=PATIENCE)
        except StoreError:
            store_up.add_metric((), 0)
        else:
            store_up.add_metric((), 1)
            for state, count in counts.items():
                jobs.add_metric((state.value,), count)
        return jobs, store_up
