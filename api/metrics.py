"""What /metrics shows: counts of requests and predictions, and how things stand at the moment of asking."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from hwr_core import __version__
from hwr_core.app.workspace import Workspace
from hwr_core.errors import ModelUnavailable, StoreError
from hwr_core.recognition.events import NumberPredicted, PredictionMade
from hwr_core.recognition.types import NONE, NumberPrediction, Prediction, Verdict
from hwr_core.records.events import PredictionNotStored, PredictionStored
from hwr_core.records.predictions import PredictionRecord

PATIENCE = 0.5
"""Seconds for which whoever asks for metrics waits for the database; Prometheus itself gives up after some ten."""

REQUEST_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
PREDICTION_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONFIDENCES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


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
        self.open = Gauge("hwr_live_channels", "Live channels that are open.", ("channel",), registry=registry)
        self.messages = Counter(
            "hwr_live_messages", "Messages on live channels.", ("channel", "direction"), registry=registry
        )


class Predictions:
    """Metrics of the predictions that a workspace makes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._predictions = Counter(
            "hwr_predictions", "Images read, whether stored or not.", ("digit", "verdict"), registry=registry
        )
        self._confidence = Histogram(
            "hwr_prediction_confidence",
            "Confidence of predictions of images with ink.",
            ("verdict",),
            buckets=CONFIDENCES,
            registry=registry,
        )
        self._seconds = Histogram(
            "hwr_prediction_duration_seconds",
            "From image file to prediction, by stage.",
            ("stage",),
            buckets=PREDICTION_SECONDS,
            registry=registry,
        )
        self._numbers = Counter("hwr_numbers", "Images and documents read for whole numbers.", registry=registry)
        self._number_digits = Counter("hwr_number_digits", "Digits read in numbers.", ("digit",), registry=registry)

    def hear(self, event: object) -> None:
        """Count what was predicted."""
        match event:
            case PredictionMade(prediction=prediction):
                self._count(prediction)
            case NumberPredicted(number=number):
                self._count_number(number)

    def _count(self, prediction: Prediction) -> None:
        """Count a prediction, its confidence and how long it took."""
        self._predictions.labels(_digit_of(prediction), prediction.verdict.value).inc()
        if prediction.verdict is not Verdict.NO_INK:
            self._confidence.labels(prediction.verdict.value).observe(prediction.confidence)
        self._seconds.labels("preprocessing").observe(prediction.timings.preprocessing)
        self._seconds.labels("inference").observe(prediction.timings.inference)

    def _count_number(self, number: NumberPrediction) -> None:
        """Count a document and its digits."""
        self._numbers.inc()
        for found in number.digits:
            self._number_digits.labels(str(found.digit)).inc()


class Stored:
    """Metrics of the predictions that a workspace stores."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._kept = Counter(
            "hwr_predictions_kept",
            "Predictions stored in the history.",
            ("digit", "verdict", "source"),
            registry=registry,
        )
        self._not_kept = Counter(
            "hwr_predictions_not_kept", "Predictions that could not be stored, by error.", ("error",), registry=registry
        )
        self._lag = Histogram(
            "hwr_store_lag_seconds",
            "From submitting a prediction until it is durable.",
            buckets=LAG_SECONDS,
            registry=registry,
        )

    def hear(self, event: object) -> None:
        """Count a prediction that was stored, and how long that took, or one that could not be stored."""
        match event:
            case PredictionStored(record=record, waited=waited):
                self._count(record)
                self._lag.observe(waited)
            case PredictionNotStored(error=error):
                self._not_kept.labels(type(error).__name__).inc()

    def _count(self, record: PredictionRecord) -> None:
        prediction = record.prediction
        self._kept.labels(_digit_of(prediction), prediction.verdict.value, record.source.value).inc()


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
        """Show what a workspace does and how it stands, as long as the context lasts."""
        present = _Present(workspace)
        self.registry.register(present)
        try:
            with workspace.events.subscribed(self._predictions.hear), workspace.events.subscribed(self._stored.hear):
                yield
        finally:
            self.registry.unregister(present)


class _Present(Collector):
    """How a workspace stands at the moment of asking. What cannot be told is left out."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        yield GaugeMetricFamily(
            "hwr_store_waiting_predictions",
            "Predictions that wait for their turn to be written.",
            self._workspace.waiting,
        )
        yield self._model()
        yield from self._jobs()

    def _model(self) -> Metric:
        info = InfoMetricFamily("hwr_model", "The model version that reads.")
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


def _digit_of(prediction: Prediction) -> str:
    return NONE if prediction.digit is None else str(prediction.digit)
