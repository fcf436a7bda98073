"""Long work: what to do, how far it has come, what came of it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Success
from api.schemas.fields import UserId, UtcTime
from hwr_core.jobs.events import Event, EventKind, Progress
from hwr_core.jobs.table import Job, JobKind, JobState
from hwr_core.records.users import DEFAULT_USER

JobId = Annotated[int, Field(ge=1, description="The number of a job.", examples=[3])]
Values = dict[str, Any]


class TrainIn(BaseModel):
    """A training to start; `config` may hold any further value of a TrainingConfig, and goes before the others."""

    use_hyperparameter_tuning: bool = Field(
        default=False, description="Search for better values first, then train with the best.", examples=[False]
    )
    use_augmentation: bool = Field(default=True, description="Distort the images at random.", examples=[True])
    epochs: int = Field(50, description="1 to 500.", examples=[12])
    batch_size: int = Field(32, description="8 to 4096.", examples=[128])
    config: Values = Field(
        default_factory=dict,
        description="Architecture, sources, learning rate, seed ...; without sources, all that are there.",
        examples=[{"architecture": "small", "sources": ["mnist", "custom"], "learning_rate": 0.002, "seed": 1}],
    )
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of a TrainingConfig."""
        augmentation = {} if self.use_augmentation else {"augmentation": 0.0}
        return {"epochs": self.epochs, "batch_size": self.batch_size, **augmentation, **self.config}


class TuneIn(BaseModel):
    """A search for a better config; what is left out has TuningConfig's default."""

    model_config = ConfigDict(extra="forbid")

    base: Values = Field(
        default_factory=dict, description="A TrainingConfig to start from.", examples=[{"architecture": "small"}]
    )
    trials: int | None = Field(None, description="2 to 1000; 20 when null.", examples=[20])
    minutes: float | None = Field(None, description="No trial begins after so long.", examples=[30])
    workers: int | None = Field(None, description="Processes at once, 1 to 16; 1 when null.", examples=[1])
    epochs: int | None = Field(None, description="Of a trial; 4 when null.", examples=[4])
    limit: int | None = Field(None, description="Images of each source in a trial; 1000 when null.", examples=[1000])
    vary: list[str] | None = Field(
        None, description="Which values; all that can be when null.", examples=[["learning_rate", "augmentation"]]
    )
    train_best: bool = Field(default=False, description="Train the best config in full afterwards.", examples=[False])
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of a TuningConfig."""
        return self.model_dump(exclude_none=True, exclude={"user_id"})


class EvaluateIn(BaseModel):
    """Versions to measure."""

    model_config = ConfigDict(extra="forbid")

    versions: list[str] = Field(description="Their names.", examples=[["20260131T120000Z-1a2b3"]])
    suites: list[str] = Field(
        default_factory=list, description="All that have data here when empty.", examples=[["mnist", "strokes"]]
    )
    limit: int | None = Field(None, description="The most images of each source.", examples=[500])
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of an EvaluationConfig."""
        return self.model_dump(exclude={"user_id"})


class JobStartedOut(Success):
    """The job waits in the queue; `status_url` tells how it gets on."""

    job_id: JobId
    status_url: str = Field(examples=["/api/jobs/3"])
    message: str = Field(examples=["Training 3 is queued."])

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the answer for a new job."""
        return cls(job_id=job.id, status_url=f"/api/jobs/{job.id}", message=f"Job {job.id} ({job.kind}) is queued.")


class JobRow(BaseModel):
    """A job."""

    id: JobId
    kind: JobKind = Field(examples=[JobKind.TRAIN])
    state: JobState = Field(examples=[JobState.RUNNING])
    progress: float = Field(ge=0, le=1, description="Share of the work done.", examples=[0.42])
    eta_seconds: float | None = Field(description="Seconds left, where that can be told.", examples=[180.0])
    doing: str = Field(description="What it does at present, in words.", examples=["Epoch 3 of 12, batch 40 of 938"])
    error: str | None = Field(description="Why it failed.", examples=[None])
    result: Mapping[str, Any] | None = Field(
        description="What came of it, once it has succeeded.",
        examples=[{"model_version": "20260131T120000Z-1a2b3", "test_accuracy": 0.99, "test_loss": 0.03}],
    )
    config: Mapping[str, Any] = Field(description="What was asked for.", examples=[{"epochs": 12}])
    user_id: UserId
    created_at: UtcTime
    started_at: UtcTime | None
    finished_at: UtcTime | None
    attempt: int = Field(description="How often it was started.", examples=[1])
    can_be_resumed: bool = Field(description="Whether it can go on from a checkpoint.", examples=[False])
    test_accuracy: float | None = Field(description="Of the version that a training made.", examples=[0.9912])
    test_loss: float | None = Field(description="The same.", examples=[0.031])
    training_time: float | None = Field(description="Seconds in all epochs.", examples=[312.5])

    @classmethod
    def of(cls, job: Job, progress: Progress) -> Self:
        """Return the answer for a job."""
        result = job.result or {}
        return cls(
            id=job.id,
            kind=job.kind,
            state=job.state,
            progress=progress.share,
            eta_seconds=progress.eta_seconds,
            doing=progress.doing,
            error=job.error,
            result=job.result,
            config=job.config,
            user_id=job.user_id,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            attempt=job.attempt,
            can_be_resumed=job.can_be_resumed,
            test_accuracy=result.get("test_accuracy"),
            test_loss=result.get("test_loss"),
            training_time=result.get("training_time"),
        )


class JobOut(Success):
    """One job."""

    data: JobRow


class JobsOut(Success):
    """The newest jobs first."""

    count: int = Field(examples=[1])
    data: list[JobRow]


class EventRow(BaseModel):
    """Something a job said."""

    at: UtcTime
    kind: EventKind = Field(examples=[EventKind.EPOCH])
    data: Mapping[str, Any] = Field(examples=[{"epoch": 3, "epochs": 12, "loss": 0.21, "val_accuracy": 0.98}])


class EventsOut(Success):
    """What a job said behind a position."""

    next_after: int = Field(description="Give it as `after` to get what is said later.", examples=[5120])
    data: list[EventRow]

    @classmethod
    def of(cls, events: Sequence[Event], position: int) -> Self:
        """Return the answer for some events."""
        return cls(next_after=position, data=[EventRow(at=each.at, kind=each.kind, data=each.data) for each in events])
