"""Metrics of predictions: those that a workspace makes, and those that it stores."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from hwr_core.app import (
    NONE,
    NumberPredicted,
    NumberPrediction,
    Prediction,
    PredictionMade,
    PredictionNotStored,
    PredictionRecord,
    PredictionStored,
    Verdict,
)

PREDICTION_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LAG_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONFIDENCES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


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


def _digit_of(prediction: Prediction) -> str:
    return NONE if prediction.digit is None else str(prediction.digit)
