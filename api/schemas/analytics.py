"""Figures about the history."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from api.schemas.base import Many, One, Out, Success
from hwr_core.app import Change, Reliability, Source
from hwr_core.app import Figure as ChangedFigure

if TYPE_CHECKING:  # pandas is loaded when a table is asked for
    import pandas as pd

SHARE = "0 to 1; null while no prediction is labelled."
OR_ZERO = "0 to 1; 0.0 while no prediction is labelled: `labelled` is 0 then, and `accuracy` null."


def _or_zero(figure: float | None) -> float:
    return 0.0 if figure is None else figure


Figure = Annotated[float, BeforeValidator(_or_zero, json_schema_input_type=float)]
"""What older clients calculate with: 0.0 where nothing is known yet."""


def _of_accuracy(name: str) -> AliasChoices:
    """Where an accuracy's value is found: in a record that has an accuracy among its figures, or in an accuracy."""
    return AliasChoices(AliasPath("accuracy", name), name)


class AccuracyFigures(Out):
    """How many of the labelled predictions were right, with the 95 % interval of their share."""

    accuracy: float | None = Field(validation_alias=_of_accuracy("share"), description=SHARE, examples=[0.98])
    accuracy_low: float | None = Field(validation_alias=_of_accuracy("low"), examples=[0.95])
    accuracy_high: float | None = Field(validation_alias=_of_accuracy("high"), examples=[0.99])
    labelled: int = Field(
        validation_alias=_of_accuracy("total"), description="Number of labelled predictions.", examples=[120]
    )
    right: int = Field(validation_alias=_of_accuracy("right"), description="How many were right.", examples=[118])


class AccuracyOut(One[AccuracyFigures]):
    """The accuracy of the predictions."""


class SystemData(AccuracyFigures):
    """Figures about the whole history."""

    total_users: int = Field(examples=[12])
    active_users: int = Field(description="Users who are not deactivated.", examples=[11])
    total_predictions: int = Field(examples=[4211])
    today_predictions: int = Field(description="Today in the requested time zone.", examples=[17])
    system_accuracy: Figure = Field(
        validation_alias=AliasPath("accuracy", "share"), description=OR_ZERO, examples=[0.98]
    )
    digit_distribution: dict[str, int] = Field(examples=[{str(digit): 42 for digit in range(10)}])


class SystemOut(One[SystemData]):
    """Figures about the whole history."""


class UserData(AccuracyFigures):
    """Figures about one user's history."""

    total_predictions: int = Field(examples=[120])
    today_predictions: int = Field(description="Today in the requested time zone.", examples=[3])
    user_accuracy: Figure = Field(validation_alias=AliasPath("accuracy", "share"), description=OR_ZERO, examples=[0.98])
    average_confidence: Figure = Field(description="0.0 without predictions.", examples=[0.97])
    average_processing_time: Figure = Field(description="Seconds; 0.0 without predictions.", examples=[0.0019])
    most_common_digit: int | None = Field(examples=[7])
    feedback_count: int = Field(description="Valid feedback that this user has given.", examples=[14])


class UserFiguresOut(One[UserData]):
    """Figures about one user's history."""


class NumberFiguresData(Out):
    """Figures about whole numbers."""

    numbers: int = Field(examples=[240])
    accepted: int = Field(description="So sure that nobody has to look.", examples=[71])
    labelled: int = Field(validation_alias=AliasPath("whole", "total"), description="Judged by a user.", examples=[240])
    right: int = Field(validation_alias=AliasPath("whole", "right"), description="Read right.", examples=[226])
    accuracy: float | None = Field(validation_alias=AliasPath("whole", "share"), description=SHARE, examples=[0.94])
    accepted_labelled: int = Field(validation_alias=AliasPath("accepted_right", "total"), examples=[71])
    accepted_right: int = Field(validation_alias=AliasPath("accepted_right", "right"), examples=[71])
    accepted_accuracy: float | None = Field(
        validation_alias=AliasPath("accepted_right", "share"), description=SHARE, examples=[1.0]
    )
    promised_error: float | None = Field(
        validation_alias="promised",
        description="The share of accepted and judged numbers that might have been wrong; null without any.",
        examples=[0.01],
    )


class NumberFiguresOut(One[NumberFiguresData]):
    """Figures about whole numbers."""


class ChangeRow(Out):
    """A figure that has risen: wrong predictions of the labelled ones, refused or slow ones of all, or a drift.

    A drift has no shares: these are null.
    """

    figure: ChangedFigure = Field(examples=["wrong"])
    before: float | None = Field(
        None,
        validation_alias=AliasPath("before", "share"),
        description="The share in the 28 days before.",
        examples=[0.004],
    )
    lately: float | None = Field(
        None,
        validation_alias=AliasPath("lately", "share"),
        description="The share in the last 7 days.",
        examples=[0.211],
    )
    total: int | None = Field(
        None,
        validation_alias=AliasPath("lately", "total"),
        description="Predictions of the last 7 days.",
        examples=[57],
    )
    p_value: float | None = Field(description="How probable chance makes such a rise.", examples=[0.0001])
    seconds: tuple[float, float] | None = Field(
        description="Where it has become slower: the times within which 95 % were made, before and lately.",
        examples=[[0.004, 0.21]],
    )
    username: str | None = Field(
        validation_alias=AliasPath("cause", "username"), description="Mostly this user's.", examples=["Ada"]
    )
    source: Source | None = Field(
        validation_alias=AliasPath("cause", "source"), description="Mostly from here.", examples=["upload"]
    )
    mistake: tuple[int | None, int | None] | None = Field(
        validation_alias=AliasPath("cause", "mistake"),
        description="Mostly this mistake: the true digit and the predicted one, null for no digit.",
        examples=[[7, 1]],
    )
    model_version: str | None = Field(
        validation_alias=AliasPath("cause", "model_version"),
        description="Mostly by this model version, where it has become slower.",
        examples=["20261118T124806Z-a68e8"],
    )
    shift: str | None = Field(
        validation_alias=AliasPath("cause", "shift"),
        description="What there is more of, where the images have drifted.",
        examples=["thicker strokes"],
    )
    words: str = Field(description="All of it in two sentences.", examples=["Accuracy fell from 99.6% to 78.9% ..."])

    @classmethod
    def of(cls, change: Change) -> Self:
        """Return what an answer says of a change."""
        return cls.from_record(change, words=change.in_words())


class ChangesOut(Many[ChangeRow]):
    """What has become worse, the surest first."""


class TableOut(Success):
    """Rows of figures; an unknown value is null."""

    count: int = Field(examples=[1])
    data: list[dict[str, Any]] = Field(examples=[[{"digit": "1", "actual_digit": "7", "predictions": 3}]])

    @classmethod
    def of(cls, table: "pd.DataFrame", **more: object) -> Self:
        """Return the answer for a table; `more` fills the fields that a subclass adds."""
        rows = [_plain(row) for row in table.to_dict("records")]
        return cls(count=len(rows), data=rows, **more)


class ReliabilityOut(TableOut):
    """Confidence against accuracy."""

    calibration_error: float | None = Field(
        description="Expected calibration error; null while no prediction is labelled.", examples=[0.012]
    )
    labelled: int = Field(description="Number of labelled predictions.", examples=[120])

    @classmethod
    def of_reliability(cls, found: Reliability) -> Self:
        """Return the answer for a reliability table."""
        return cls.of(found.bins, calibration_error=found.error, labelled=found.labelled)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: times in ISO 8601, null for unknown."""
    return {
        name: None if value != value else value.isoformat() if hasattr(value, "isoformat") else value  # noqa: PLR0124
        for name, value in row.items()
    }
