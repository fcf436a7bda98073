"""The figures that analytics answers with: small frozen records."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # pandas takes half a second, which a single prediction on the command line should not
    import pandas as pd


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """The whole history at a glance."""

    total_users: int
    active_users: int
    total_predictions: int
    today_predictions: int
    accuracy: Proportion
    digit_distribution: dict[str, int]


@dataclass(frozen=True, slots=True)
class UserFigures:
    """One user's history at a glance; averages are None while there is nothing to average. Times in seconds."""

    total_predictions: int
    today_predictions: int
    accuracy: Proportion
    average_confidence: float | None
    average_processing_time: float | None
    most_common_digit: int | None
    feedback_count: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """Calibration in use: how often predictions of each confidence are right.

    `bins` has a row for each range of confidence with labelled predictions: confidence_from, confidence_to,
    predictions, confidence (their mean), accuracy, low, high. `error` is the expected calibration error (Naeini et al.,
    2015), None while nothing is labelled.
    """

    bins: "pd.DataFrame"
    error: float | None
    labelled: int
