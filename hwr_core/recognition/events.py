"""What recognition publishes."""

from dataclasses import dataclass

from hwr_core.recognition.types import NumberPrediction, Prediction


@dataclass(frozen=True, slots=True)
class PredictionMade:
    """An image was read, whether or not the prediction is stored."""

    prediction: Prediction


@dataclass(frozen=True, slots=True)
class NumberPredicted:
    """The numbers of an image or a document were read."""

    number: NumberPrediction


@dataclass(frozen=True, slots=True)
class ModelServed:
    """Another model version serves from now on."""

    version: str
