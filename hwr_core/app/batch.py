"""Many files predicted at once: the outcome of each."""

from dataclasses import dataclass

from hwr_core.errors import HwrError
from hwr_core.recognition.types import Prediction
from hwr_core.records.predictions import PredictionRecord


@dataclass(frozen=True, slots=True)
class FilePrediction:
    """The outcome for one file of a batch, in the order sent.

    Either a `reading`, and `kept` once it has entered the history, or the `error` that says why there is none.
    """

    file_name: str
    prediction: Prediction | None = None
    kept: PredictionRecord | None = None
    error: HwrError | None = None
