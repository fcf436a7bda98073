"""Metrics of requests, WebSockets and live channels."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REQUEST_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Requests:
    """Metrics of requests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Counter(
            "hwr_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "hwr_http_request_duration_seconds",
            "From a request's arrival to the end of its answer.",
            ("method", "route"),
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self.in_progress = Gauge(
            "hwr_http_requests_in_progress", "Requests that are being answered.", registry=registry
        )
        self.websockets = Gauge(
            "hwr_websockets", "Open WebSockets; each browser on the dashboard has one.", registry=registry
        )

    def on_answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._answered.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)


class Live:
    """Metrics of live channels."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.open = Gauge("hwr_live_channels", "Open live channels.", ("channel",), registry=registry)
        self.messages = Counter(
            "hwr_live_messages", "Messages on live channels.", ("channel", "direction"), registry=registry
        )
