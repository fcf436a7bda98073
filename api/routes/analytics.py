"""Analytics: figures and tables about the predictions that match the filters."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.filters import FilterDep
from api.inputs.number_filter import NumberFilterDep
from api.schemas.analytics import (
    AccuracyOut,
    ChangeRow,
    ChangesOut,
    NumberFiguresOut,
    ReliabilityOut,
    SystemOut,
    TableOut,
    UserFiguresOut,
)
from api.schemas.fields import UserId
from hwr_core.app import Bucket, Dimension, NumberDimension

router = APIRouter(prefix="/api/analytics", tags=["analytics"], responses=RESPONSES)

Timezone = Annotated[
    str, Query(description="The time zone in which days begin, by its IANA name.", examples=["Europe/Berlin"])
]


@router.get("/system", summary="Get figures about the whole history")
@calls("analytics.system")
def system(workspace: WorkspaceDep, timezone: Timezone = "UTC") -> SystemOut:
    """Return the number of users and predictions, the accuracy and the distribution of digits."""
    return SystemOut.of(workspace.analytics.system(timezone=timezone))


@router.get("/user/{user_id}", summary="Get figures about a user")
@calls("analytics.user")
def user(user_id: UserId, workspace: WorkspaceDep, timezone: Timezone = "UTC") -> UserFiguresOut:
    """Return one user's number of predictions, accuracy and averages."""
    return UserFiguresOut.of(workspace.analytics.user(user_id, timezone=timezone))


@router.get("/accuracy", summary="Get the accuracy")
@calls("analytics.accuracy")
def accuracy(workspace: WorkspaceDep, filters: FilterDep) -> AccuracyOut:
    """Return how many of the labelled predictions were right, with the 95 % interval."""
    return AccuracyOut.of(workspace.analytics.accuracy(filters))


@router.get("/changes", summary="List what has become worse")
@calls("analytics.changes")
def changes(workspace: WorkspaceDep) -> ChangesOut:
    """Return figures of the last 7 days that are worse than in the 28 before by more than chance, with their cause."""
    return ChangesOut.of([ChangeRow.of(change) for change in workspace.analytics.changes()])


@router.get("/over-time", summary="Get predictions and accuracy over time")
@calls("analytics.over_time")
def over_time(
    workspace: WorkspaceDep,
    filters: FilterDep,
    bucket: Annotated[Bucket, Query(description="The length of a period.", examples=[Bucket.DAY])] = Bucket.DAY,
    timezone: Timezone = "UTC",
) -> TableOut:
    """Return a row for each hour, day or week in local time."""
    return TableOut.of(workspace.analytics.over_time(filters, bucket=bucket, timezone=timezone))


@router.get("/confidence", summary="Get the distribution of confidence")
@calls("analytics.confidence_distribution")
def confidence(workspace: WorkspaceDep, filters: FilterDep) -> TableOut:
    """Return the number of predictions in each of twenty ranges of confidence."""
    return TableOut.of(workspace.analytics.confidence_distribution(filters))


@router.get("/reliability", summary="Compare confidence with accuracy")
@calls("analytics.reliability")
def reliability(workspace: WorkspaceDep, filters: FilterDep) -> ReliabilityOut:
    """Return the accuracy in each range of confidence, and the calibration error."""
    return ReliabilityOut.of_reliability(workspace.analytics.reliability(filters))


@router.get("/confusion", summary="Get the confusion matrix")
@calls("analytics.confusion")
def confusion(workspace: WorkspaceDep, filters: FilterDep) -> TableOut:
    """Return how often each label was predicted as each digit."""
    return TableOut.of(workspace.analytics.confusion(filters))


@router.get("/confused-pairs", summary="List the most frequent mistakes")
@calls("analytics.confused_pairs")
def confused_pairs(workspace: WorkspaceDep, filters: FilterDep) -> TableOut:
    """Return the pairs of predicted and actual digit that were confused, the most frequent first."""
    return TableOut.of(workspace.analytics.confused_pairs(filters))


@router.get("/breakdown/{by}", summary="Break the history down")
@calls("analytics.breakdown")
def breakdown(
    by: Annotated[Dimension, Path(description="What to group the predictions by.", examples=[Dimension.DIGIT])],
    workspace: WorkspaceDep,
    filters: FilterDep,
) -> TableOut:
    """Return predictions, mean confidence and accuracy for each digit, verdict, model version, source or user."""
    return TableOut.of(workspace.analytics.breakdown(filters, by=by))


@router.get("/latency", summary="Get the latency of predictions")
@calls("analytics.latency")
def latency(workspace: WorkspaceDep, filters: FilterDep) -> TableOut:
    """Return the median, the 95th and the 99th percentile of the time that predictions took, in seconds."""
    return TableOut.of(workspace.analytics.latency(filters))


@router.get("/numbers", summary="Get figures about whole numbers")
@calls("analytics.numbers")
def numbers(workspace: WorkspaceDep, filters: NumberFilterDep) -> NumberFiguresOut:
    """Return how many numbers were read and accepted, how many were right, and what error was promised."""
    return NumberFiguresOut.of(workspace.analytics.numbers(filters))


@router.get("/numbers/breakdown", summary="Break whole numbers down")
@calls("analytics.numbers_by")
def numbers_by(
    workspace: WorkspaceDep,
    filters: NumberFilterDep,
    by: Annotated[
        NumberDimension, Query(description="What to tell numbers apart by.", examples=[NumberDimension.PATTERN])
    ] = NumberDimension.PATTERN,
) -> TableOut:
    """Return a row for each pattern, source, user or model version."""
    return TableOut.of(workspace.analytics.numbers_by(filters, by=by))
