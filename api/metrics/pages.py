"""Metrics of the dashboard's pages."""

from prometheus_client import CollectorRegistry, Histogram

from hwr_core.app import PageMade

PAGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Pages:
    """How long the server takes for each page."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "hwr_page_duration_seconds",
            "Time of the server for a page of the dashboard, at each opening and click.",
            ("page",),
            buckets=PAGE_SECONDS,
            registry=registry,
        )

    def hear(self, event: object) -> None:
        """Count a page that was made."""
        if isinstance(event, PageMade):
            self._seconds.labels(event.page).observe(event.seconds)
