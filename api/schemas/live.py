"""Messages of the live channels: drawings in, predictions and events out."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import ErrorOut, Out
from api.schemas.fields import EnhancementLevel, ScriptName, TrueDigit, UserId, UtcTime, Version
from api.schemas.history import HistoryRowOut
from api.schemas.jobs import JobRow
from api.schemas.numbers import ReadNumberOut
from api.schemas.predictions import PredictOut
from hwr_core.app import (
    DEFAULT_USER,
    WESTERN,
    FeedEvent,
    FeedItem,
    FeedKind,
    JobChanged,
    LabelChanged,
    ModelServed,
    PredictionStored,
    Strokes,
)
from hwr_core.errors import InvalidValue

MAX_STROKES = 1_000
MAX_POINTS = 50_000
MAX_ASPECT = 12
"""The longer side of a sheet may be at most this multiple of the shorter."""

_Coordinate = Annotated[float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]
_Length = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
_Stroke = Annotated[list[tuple[_Coordinate, _Coordinate]], Field(max_length=MAX_POINTS)]
_MessageId = Annotated[str, Field(max_length=64)] | int


class Message(BaseModel):
    """A message with an id of the client's."""

    id: _MessageId | None = Field(None, description="Returned with the answer.")


class DrawnIn(Message):
    """A drawing, or strokes to add to the last one, and what to do with it."""

    model_config = ConfigDict(extra="forbid")

    strokes: Annotated[list[_Stroke], Field(max_length=MAX_STROKES)] = Field(
        description="Each a list of points [x, y], from the upper left corner of the sheet, y downwards."
    )
    add: bool = Field(default=False, description="Whether to add the strokes to those sent before, or replace them.")
    width: _Length = Field(280.0, description="Width of the sheet, in the unit of the points.")
    height: _Length = 280.0
    pen: _Length | None = Field(None, description="Width of the pen; a twentieth of the shorter side when null.")
    kind: Literal["digit", "number"] = "digit"
    keep: bool = Field(default=False, description="Whether to store the prediction in the history.")
    user_id: UserId = DEFAULT_USER
    enhancement_level: EnhancementLevel = 1.0
    script: ScriptName = WESTERN

    def confirm(self) -> None:
        """Raise InvalidValue for values that do not go together."""
        if max(self.width, self.height) > MAX_ASPECT * min(self.width, self.height):
            raise InvalidValue(f"A sheet may be at most {MAX_ASPECT} times as long as wide.")
        if self.keep and self.kind == "number":
            raise InvalidValue("Numbers are not stored here: leave keep out, or read a digit.")

    def as_strokes(self) -> Strokes:
        """Return the strokes as arrays, without empty ones."""
        return [np.array(stroke, np.float32) for stroke in self.strokes if stroke]


class _Answer(Out):
    """What answers to drawings have in common."""

    id: _MessageId | None = Field(None, validation_alias="message_id")
    skipped: int = Field(default=0, description="Earlier drawings that were not read because a newer one had come.")


class LivePredictionOut(PredictOut, _Answer):
    """The prediction of a drawing, as of /api/predict."""

    type: Literal["prediction"] = "prediction"


class LiveNumberOut(ReadNumberOut, _Answer):
    """The number in a drawing, as of /api/read-number."""

    type: Literal["number"] = "number"


class LiveErrorOut(ErrorOut):
    """Why a message could not be answered; the channel stays open."""

    type: Literal["error"] = "error"
    id: _MessageId | None = None
    status: int = Field(description="The HTTP status of the error.")
    retry_after: int | None = Field(None, description="Seconds to wait, if there were too many messages.")


class LabelOut(Out):
    """The label of a prediction; `is_labelled` is false once it has none any more."""

    prediction_id: int
    is_labelled: bool
    actual_digit: TrueDigit
    verified: bool


class ServedOut(Out):
    """The version that is served."""

    model_version: Version


class EventOut(Out):
    """An event."""

    type: FeedKind
    at: UtcTime
    data: HistoryRowOut | LabelOut | JobRow | ServedOut

    @classmethod
    def of(cls, item: FeedItem) -> Self:
        """Return the message about an event."""
        return cls(type=item.kind, at=item.at, data=_data_of(item.event))


class LostOut(Out):
    """Number of messages that were dropped because the client took them too slowly."""

    type: Literal["lost"] = "lost"
    count: int


def _data_of(event: FeedEvent) -> HistoryRowOut | LabelOut | JobRow | ServedOut:
    match event:
        case PredictionStored(record=record):
            return HistoryRowOut.from_record(record)
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
