"""Predict whole numbers: all digits of an image or a document."""

from collections.abc import Sequence

from hwr_core.events import Events
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.events import NumberPredicted
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.types import NumberPrediction
from hwr_core.settings import Settings


class PredictNumbers:
    """The use case of a document. Safe to use from many threads."""

    def __init__(self, settings: Settings, model: ServedModel, events: Events) -> None:
        self._max_error = settings.max_error
        self._model = model
        self._events = events

    def read_number(
        self,
        document: bytes,
        *,
        enhancement_level: float = 1.0,
        boxes: Sequence[Box] | None = None,
        max_error: float | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> NumberPrediction:
        """Read all digits of an image, or of each page of a TIFF or PDF, without storing anything.

        `boxes` (left, top, width, height) say where the digits stand on the only page; without them they are searched
        for. `max_error` is the share of accepted lines that may be wrong, HWR_MAX_ERROR when not given. `on_progress`
        is called with the share that is done; an error that it raises stops the prediction.

        Raises:
            ImageError: the bytes cannot be read as an image or a document within the limits.
            InvalidValue: `enhancement_level` is outside 0 to 3, `max_error` not above 0 and at most 0.5, or boxes are
                given for more than one page.
            ModelUnavailable: there is no usable model.
        """
        reader = self._model.reader()
        number = reader.read_number(
            document,
            enhancement_level,
            boxes=boxes,
            max_error=self._max_error if max_error is None else max_error,
            on_progress=on_progress,
        )
        self._events.publish(NumberPredicted(number))
        return number
