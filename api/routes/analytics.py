"""What the history tells: figures and tables, each of the predictions that the filters choose."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.auth.permissions import calls
from api.deps import WorkspaceDep
from api.errors import RESPONSES
from api.filters import ChosenDep
from api.schemas.analytics import AccuracyOut, ReliabilityOut, SystemOut, TableOut, UserFiguresOut
from api.schemas.fields import UserId
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket

router = APIRouter(prefix="/api/analytics", tags=["analytics"], responses=RESPONSES)

Timezone = Annotated[
    str, Query(description="Where days begin: a name of the IANA database.", examples=["Europe/Berlin"])
]


@router.get("/system")
@calls("analytics.system")
def system(workspace: WorkspaceDep, timezone: Timezone = "UTC") -> SystemOut:
    """Return the whole history at a glance."""
    return SystemOut.of(workspace.analytics.system(timezone=timezone))


@router.get("/user/{user_id}")
@calls("analytics.user")
def user(user_id: UserId, workspace: WorkspaceDep, timezone: Timezone = "UTC") -> UserFiguresOut:
    """Return one person's history at a glance."""
    return UserFiguresOut.of(workspace.analytics.user(user_id, timezone=timezone))


@router.get("/accuracy")
@calls("analytics.accuracy")
def accuracy(workspace: WorkspaceDep, chosen: ChosenDep) -> AccuracyOut:
    """Return how many of the predictions that people have judged were right."""
    return AccuracyOut.of(workspace.analytics.accuracy(chosen))


@router.get("/over-time")
@calls("analytics.over_time")
def over_time(
    workspace: WorkspaceDep,
    chosen: ChosenDep,
    bucket: Annotated[Bucket, Query(description="How long a period is.", examples=[Bucket.DAY])] = Bucket.DAY,
    timezone: Timezone = "UTC",
) -> TableOut:
    """Return predictions and accuracy for each hour, day or week, in local time."""
    return TableOut.of(workspace.analytics.over_time(chosen, bucket=bucket, timezone=timezone))


@router.get("/confidence")
@calls("analytics.confidence_distribution")
def confidence(workspace: WorkspaceDep, chosen: ChosenDep) -> TableOut:
    """Return how many predictions have a confidence in each of twenty ranges."""
    return TableOut.of(workspace.analytics.confidence_distribution(chosen))


@router.get("/reliability")
@calls("analytics.reliability")
def reliability(workspace: WorkspaceDep, chosen: ChosenDep) -> ReliabilityOut:
    """Return how often predictions of each confidence were right."""
    return ReliabilityOut.of_reliability(workspace.analytics.reliability(chosen))


@router.get("/confusion")
@calls("analytics.confusion")
def confusion(workspace: WorkspaceDep, chosen: ChosenDep) -> TableOut:
    """Return how often each digit was read for each true one."""
    return TableOut.of(workspace.analytics.confusion(chosen))


@router.get("/confused-pairs")
@calls("analytics.confused_pairs")
def confused_pairs(workspace: WorkspaceDep, chosen: ChosenDep) -> TableOut:
    """Return the most frequent mistakes."""
    return TableOut.of(workspace.analytics.confused_pairs(chosen))


@router.get("/breakdown/{by}")
@calls("analytics.breakdown")
def breakdown(
    by: Annotated[Dimension, Path(description="What to tell predictions apart by.", examples=[Dimension.DIGIT])],
    workspace: WorkspaceDep,
    chosen: ChosenDep,
) -> TableOut:
    """Return predictions, mean confidence and accuracy for each digit, verdict, model version, source or user."""
    return TableOut.of(workspace.analytics.breakdown(chosen, by=by))


@router.get("/latency")
@calls("analytics.latency")
def latency(workspace: WorkspaceDep, chosen: ChosenDep) -> TableOut:
    """Return the time that half, 95 % and 99 % of the predictions took at most, in seconds."""
    return TableOut.of(workspace.analytics.latency(chosen))
