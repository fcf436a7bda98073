"""What the history publishes."""

from dataclasses import dataclass

from hwr_core.records.labels import Label
from hwr_core.records.predictions import PredictionRecord


@dataclass(frozen=True, slots=True)
class PredictionStored:
    """A prediction is durable, `waited` seconds after it was submitted."""

    record: PredictionRecord
    waited: float


@dataclass(frozen=True, slots=True)
class PredictionNotStored:
    """A prediction that was submitted could not be stored."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class LabelChanged:
    """The label of a prediction that belongs to the user `owner` has changed; None: it has no label any more."""

    prediction_id: int
    owner: int
    label: Label | None
