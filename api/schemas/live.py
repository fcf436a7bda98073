"""What goes over the live channels: drawings in, predictions and events out."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import ErrorOut
from api.schemas.fields import EnhancementLevel, TrueDigit, UserId, UtcTime, Version
from api.schemas.history import HistoryRowOut
from api.schemas.jobs import JobRow
from api.schemas.numbers import ReadNumberOut
from api.schemas.predictions import PredictOut
from hwr_core.app.event_feed import FeedEvent, FeedItem, FeedKind
from hwr_core.errors import InvalidValue
from hwr_core.images.strokes import Strokes
from hwr_core.jobs.queue import JobChanged
from hwr_core.recognition.events import ModelServed
from hwr_core.records.events import LabelChanged, PredictionStored
from hwr_core.records.users import DEFAULT_USER

MOST_STROKES = 1_000
MOST_POINTS = 50_000
LONGEST = 12
"""The longer side of a sheet at most, as a multiple of the shorter."""

_Coordinate = Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
_Length = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
_Stroke = Annotated[list[tuple[_Coordinate, _Coordinate]], Field(max_length=MOST_POINTS)]
_Name = Annotated[str, Field(max_length=64)] | int


class Named(BaseModel):
    """A message that its sender has given a name."""

    id: _Name | None = Field(None, description="Comes back with the answer.")


class DrawnIn(Named):
    """A drawing, or strokes to add to the last one, and what is to become of it."""

    model_config = ConfigDict(extra="forbid")

    strokes: Annotated[list[_Stroke], Field(max_length=MOST_STROKES)] = Field(
        description="Each a list of [x, y], from the sheet's upper left corner, y downwards."
    )
    add: bool = Field(default=False, description="Whether the strokes come to those sent before.")
    width: _Length = Field(280.0, description="Of the sheet, in the unit of the points.")
    height: _Length = 280.0
    pen: _Length | None = Field(None, description="Its width; a twentieth of the sheet's shorter side when null.")
    kind: Literal["digit", "number"] = "digit"
    keep: bool = Field(default=False, description="Whether the prediction enters the history.")
    user_id: UserId = DEFAULT_USER
    enhancement_level: EnhancementLevel = 1.0

    def confirm(self) -> None:
        """Raise InvalidValue for values that do not go together."""
        if max(self.width, self.height) > LONGEST * min(self.width, self.height):
            raise InvalidValue(f"A sheet may be {LONGEST} times as long as wide at most.")
        if self.keep and self.kind == "number":
            raise InvalidValue("Numbers are read, not kept: leave keep out, or read a digit.")

    def drawn(self) -> Strokes:
        """Return the strokes as arrays; those without points are none."""
        return [np.array(stroke, np.float32) for stroke in self.strokes if stroke]


class _Answer(BaseModel):
    """What each answer to a drawing has in common."""

    id: _Name | None
    skipped: int = Field(default=0, description="Drawings before this one that were not read, since a newer one came.")


class LivePredictionOut(PredictOut, _Answer):
    """What a drawing was read as, as /api/predict says it."""

    type: Literal["prediction"] = "prediction"


class LiveNumberOut(ReadNumberOut, _Answer):
    """What number a drawing was read as, as /api/read-number says it."""

    type: Literal["number"] = "number"


class LiveErrorOut(ErrorOut):
    """Why a message was not answered; the channel stays open."""

    type: Literal["error"] = "error"
    id: _Name | None = None
    status: int = Field(description="What HTTP would call it.")
    retry_after: int | None = Field(None, description="Seconds, where it was too often.")


class LabelOut(BaseModel):
    """The label of a prediction; `is_labelled` is false when it has none any more."""

    prediction_id: int
    is_labelled: bool
    actual_digit: TrueDigit
    verified: bool


class ServedOut(BaseModel):
    """Which version serves."""

    model_version: Version


class EventOut(BaseModel):
    """An event."""

    type: FeedKind
    at: UtcTime
    data: HistoryRowOut | LabelOut | JobRow | ServedOut

    @classmethod
    def of(cls, item: FeedItem) -> Self:
        """Return the message for it."""
        return cls(type=item.kind, at=item.at, data=_data_of(item.event))


class LostOut(BaseModel):
    """So many messages were dropped because they were not taken in time."""

    type: Literal["lost"] = "lost"
    count: int


def _data_of(event: FeedEvent) -> HistoryRowOut | LabelOut | JobRow | ServedOut:
    match event:
        case PredictionStored(record=record):
            return HistoryRowOut.of(record)
        case LabelChanged(prediction_id=prediction_id, label=label):
            return LabelOut(
                prediction_id=prediction_id,
                is_labelled=label is not None,
                actual_digit=label and label.digit,
                verified=label is not None and label.verified,
            )
        case JobChanged(job=job, progress=progress):
            return JobRow.of(job, progress)
        case ModelServed(version=version):
            return ServedOut(model_version=version)
