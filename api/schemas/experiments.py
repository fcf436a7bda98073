"""Experiments between model versions."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import LARGEST_ID, Moment, UserId, UtcTime, Version
from hwr_core.app import (
    DEFAULT_USER,
    LONGEST_FIELD_NAME,
    Arm,
    ExperimentReport,
    ExperimentState,
    Finding,
    Metric,
    NewExperiment,
)

ExperimentId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="The id of an experiment.", examples=[2])]
Name = Annotated[
    str, Field(min_length=1, max_length=LONGEST_FIELD_NAME, description="Up to 100 characters.", examples=["New 7s"])
]
Smallest = Annotated[
    float,
    Field(
        gt=0,
        lt=1,
        description="The smallest difference that matters: a share, or seconds for `latency`. By default 0.02 for "
        "`accuracy`, 0.01 for `corrections` and `refusals`, 0.002 for `latency`.",
        examples=[0.02],
    ),
]
MetricField = Annotated[
    Metric,
    Field(
        description="What decides: `accuracy` of labelled predictions, `corrections` (labelled as wrong) or `refusals` "
        "of all predictions, or `latency`.",
        examples=[Metric.ACCURACY],
    ),
]


class ArmIn(BaseModel):
    """A model version and the share of users that it serves."""

    version: Annotated[str, Field(min_length=1, max_length=100, examples=["20260131T120000Z-1a2b3"])]
    share: float = Field(gt=0, lt=1, description="Share of users, above 0 and below 1.", examples=[0.5])


class ArmsIn(BaseModel):
    """The arms of an experiment that is planned, and what is to decide it."""

    arms: list[ArmIn] = Field(
        min_length=2,
        max_length=4,
        description="The first is the one that the others are compared with. If shares add up to less than 1, the "
        "remaining users are served as ever.",
        examples=[
            [{"version": "20260131T120000Z-1a2b3", "share": 0.5}, {"version": "20260201T120000Z-4c5d6", "share": 0.5}]
        ],
    )
    metric: MetricField = Metric.ACCURACY
    smallest: Smallest | None = None

    def as_arms(self) -> tuple[Arm, ...]:
        """Return the arms."""
        return tuple(Arm(arm.version, arm.share) for arm in self.arms)


class ExperimentIn(ArmsIn):
    """An experiment to start."""

    name: Name
    ends_at: Moment = Field(description="When it ends at the latest, within a year.", examples=["2026-12-31T12:00:00Z"])
    adaptive: bool = Field(
        default=False,
        description="Let shares follow what each arm has shown (Thompson sampling); none falls below a tenth.",
        examples=[False],
    )
    user_id: UserId = DEFAULT_USER

    def as_new(self) -> NewExperiment:
        """Return the experiment to start."""
        return NewExperiment(self.name, self.as_arms(), self.ends_at, self.metric, self.smallest, self.adaptive)


class StopIn(BaseModel):
    """Why an experiment is stopped."""

    reason: str = Field("", max_length=500, description="For the record.", examples=["We know enough."])


class DifferenceOut(Out):
    """An arm's mean less that of the first arm; the interval holds at all times together, however often it is read."""

    value: float = Field(examples=[0.031])
    low: float = Field(examples=[0.008])
    high: float = Field(examples=[0.054])
    p_value: float = Field(description="Always valid: it may be read at any time.", examples=[0.006])


class ArmRow(Out):
    """A model version and the share of users that it serves."""

    version: Version
    share: float = Field(examples=[0.5])


class ArmOut(ArmRow):
    """What an arm has shown so far."""

    units: int = Field(description="Users, or other units, that it has served.", examples=[41])
    predictions: int = Field(examples=[1204])
    labelled: int = Field(examples=[310])
    accuracy: float | None = Field(description="Of labelled predictions; null while there are none.", examples=[0.971])
    interval: tuple[float, float] | None = Field(
        description="Of the accuracy, always valid; null below ten users with labelled predictions.",
        examples=[[0.95, 0.99]],
    )
    means: dict[Metric, float | None] = Field(
        description="The mean of each metric; null below ten users.", examples=[{"refusals": 0.02}]
    )
    differences: dict[Metric, DifferenceOut] = Field(
        description="From the first arm; empty for the first one, and below ten users.", examples=[{}]
    )
    finding: Finding = Field(description="Compared with the first arm, by the metric.", examples=[Finding.OPEN])


class ExperimentRow(Out):
    """An experiment."""

    id: ExperimentId
    name: Name
    state: ExperimentState = Field(
        description="`decided` and `ended` come by themselves, and `stopped` if an arm harms its users.",
        examples=[ExperimentState.RUNNING],
    )
    user_id: UserId
    created_at: UtcTime
    ends_at: UtcTime
    finished_at: UtcTime | None = Field(examples=[None])
    reason: str = Field(description="Why it has ended.", examples=[""])
    metric: MetricField
    smallest: Smallest
    adaptive: bool = Field(examples=[False])
    arms: list[ArmRow]


class ExperimentDetail(ExperimentRow):
    """An experiment with what it has shown."""

    verdict: str = Field(examples=["Too early to tell: both arms need labelled predictions of at least 10 users."])
    arms: list[ArmOut]  # type: ignore[assignment]  # each arm of a row, and more


class ExperimentsOut(Many[ExperimentRow]):
    """All experiments, newest first."""


class ExperimentOut(One[ExperimentDetail]):
    """One experiment."""

    @classmethod
    def of_report(cls, found: ExperimentReport) -> Self:
        """Return the answer about what an experiment has shown."""
        return cls(data=ExperimentDetail.from_record(found.experiment, arms=found.arms, verdict=found.verdict))


class StartedOut(Success):
    """The experiment has started."""

    experiment_id: ExperimentId


class PlanRow(Out):
    """How many outcomes an experiment needs to show the smallest difference."""

    outcomes: int = Field(
        description="Labelled predictions (for `accuracy`) or predictions, of all arms together.", examples=[5210]
    )
    fixed: int = Field(description="What a test needs that is looked at only once, at its end.", examples=[3820])
    days: float | None = Field(description="At the rate of the last 30 days; null without any.", examples=[12.5])


class PlanOut(One[PlanRow]):
    """The plan of an experiment."""
