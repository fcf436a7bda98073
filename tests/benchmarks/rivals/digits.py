"""What all of them do with an image: our own Reader, so that only the servers differ."""

from typing import Any, TypeAlias

from api.inputs.image_data import image_bytes
from hwr_core.images.decode import Limits
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT

Answer: TypeAlias = dict[str, Any]
"""What they answer of an image."""


def shipped_reader() -> Reader:
    """Return the reader of the shipped model."""
    return Reader(Recogniser.load(Registry(PROJECT / "models").champion()), Limits())


def answer(reader: Reader, image_data: str) -> Answer:
    """Read an image in base64."""
    prediction = reader.read(image_bytes(image_data))
    return {
        "predicted_digit": prediction.digit,
        "confidence": prediction.confidence,
        "all_predictions": list(prediction.probabilities),
    }
