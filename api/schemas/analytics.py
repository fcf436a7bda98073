"""Figures."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from hwr_core.analytics.figures import Reliability, SystemFigures, UserFigures
from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # pandas is loaded when a table is asked for
    import pandas as pd

SHARE = Field(description="0 to 1; null while nobody has said what any prediction really is.", examples=[0.98])


class AccuracyFigures(BaseModel):
    """How many of the predictions that people have judged were right, with the 95 % interval of the share."""

    accuracy: float | None = SHARE
    accuracy_low: float | None = Field(examples=[0.95])
    accuracy_high: float | None = Field(examples=[0.99])
    labelled: int = Field(description="How many predictions people have judged.", examples=[120])
    right: int = Field(description="How many of these were right.", examples=[118])

    @classmethod
    def fields_of(cls, accuracy: Proportion) -> dict[str, Any]:
        """Return the values of these fields."""
        return {
            "accuracy": accuracy.share,
            "accuracy_low": accuracy.low,
            "accuracy_high": accuracy.high,
            "labelled": accuracy.total,
            "right": accuracy.right,
        }


class AccuracyOut(Success):
    """How well was read."""

    data: AccuracyFigures

    @classmethod
    def of(cls, accuracy: Proportion) -> Self:
        """Return the answer."""
        return cls(data=AccuracyFigures(**AccuracyFigures.fields_of(accuracy)))


class SystemData(AccuracyFigures):
    """The whole history at a glance."""

    total_users: int = Field(examples=[12])
    active_users: int = Field(description="Those not deactivated.", examples=[11])
    total_predictions: int = Field(examples=[4211])
    today_predictions: int = Field(description="In the time zone asked for.", examples=[17])
    system_accuracy: float | None = SHARE
    digit_distribution: dict[str, int] = Field(examples=[{str(digit): 42 for digit in range(10)}])


class SystemOut(Success):
    """The whole history at a glance."""

    data: SystemData

    @classmethod
    def of(cls, figures: SystemFigures) -> Self:
        """Return the answer."""
        return cls(
            data=SystemData(
                total_users=figures.total_users,
                active_users=figures.active_users,
                total_predictions=figures.total_predictions,
                today_predictions=figures.today_predictions,
                system_accuracy=figures.accuracy.share,
                digit_distribution=figures.digit_distribution,
                **AccuracyFigures.fields_of(figures.accuracy),
            )
        )


class UserData(AccuracyFigures):
    """One person's history at a glance."""

    total_predictions: int = Field(examples=[120])
    today_predictions: int = Field(description="In the time zone asked for.", examples=[3])
    user_accuracy: float | None = SHARE
    average_confidence: float | None = Field(examples=[0.97])
    average_processing_time: float | None = Field(description="Seconds.", examples=[0.0019])
    most_common_digit: int | None = Field(examples=[7])
    feedback_count: int = Field(description="What the person says of predictions at present.", examples=[14])


class UserFiguresOut(Success):
    """One person's history at a glance."""

    data: UserData

    @classmethod
    def of(cls, figures: UserFigures) -> Self:
        """Return the answer."""
        return cls(
            data=UserData(
                total_predictions=figures.total_predictions,
                today_predictions=figures.today_predictions,
                user_accuracy=figures.accuracy.share,
                average_confidence=figures.average_confidence,
                average_processing_time=figures.average_processing_time,
                most_common_digit=figures.most_common_digit,
                feedback_count=figures.feedback_count,
                **AccuracyFigures.fields_of(figures.accuracy),
            )
        )


class TableOut(Success):
    """Rows of figures; a value that is not known is null."""

    count: int = Field(examples=[1])
    data: list[dict[str, Any]] = Field(examples=[[{"digit": "1", "actual_digit": "7", "predictions": 3}]])

    @classmethod
    def of(cls, table: "pd.DataFrame") -> Self:
        """Return the answer for a table."""
        rows = [_plain(row) for row in table.to_dict("records")]
        return cls(count=len(rows), data=rows)


class ReliabilityOut(TableOut):
    """Confidence against accuracy."""

    calibration_error: float | None = Field(description="Expected; null while nothing is labelled.", examples=[0.012])
    labelled: int = Field(examples=[120])

    @classmethod
    def of_reliability(cls, found: Reliability) -> Self:
        """Return the answer."""
        rows = [_plain(row) for row in found.bins.to_dict("records")]
        return cls(count=len(rows), data=rows, calibration_error=found.error, labelled=found.labelled)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: moments in ISO 8601, null for not known."""
    return {
        name: None if value != value else value.isoformat() if hasattr(value, "isoformat") else value  # noqa: PLR0124
        for name, value in row.items()
    }
