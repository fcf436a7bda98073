"""Jobs: what to do, the progress, the result."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import UserId, UtcTime
from api.schemas.notes import Described
from hwr_core.app import DEFAULT_USER, Job, JobEvent, JobEventKind, JobKind, JobState, Progress

JobId = Annotated[int, Field(ge=1, description="The id of a job.", examples=[3])]
Values = dict[str, Any]

TRAINING_FIGURES = ("test_accuracy", "test_loss", "training_time")
"""What older clients look for beside the result of a training, not in it, and in the answer that it has started."""


class TrainIn(BaseModel):
    """A training to start; `config` takes any value of a TrainingConfig and overrides the other fields."""

    use_hyperparameter_tuning: bool = Field(
        default=False, description="Tune the configuration first, then train with the best one.", examples=[False]
    )
    use_augmentation: bool = Field(default=True, description="Distort the images at random.", examples=[True])
    epochs: int = Field(50, description="1 to 500.", examples=[12])
    batch_size: int = Field(32, description="8 to 4096.", examples=[128])
    config: Values = Field(
        default_factory=dict,
        description="Architecture, sources, learning rate, seed and so on; without `sources`, all that are available.",
        examples=[{"architecture": "small", "sources": ["mnist", "custom"], "learning_rate": 0.002, "seed": 1}],
    )
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of a TrainingConfig."""
        augmentation = {} if self.use_augmentation else {"augmentation": 0.0}
        return {"epochs": self.epochs, "batch_size": self.batch_size, **augmentation, **self.config}


class TrainScriptsIn(BaseModel):
    """Scripts to teach the served version; `config` takes any other value of a ScriptsConfig."""

    model_config = ConfigDict(extra="forbid")

    scripts: list[str] = Field(
        description="Names of scripts, as `GET /api/scripts` lists them; others stay as they are.",
        examples=[["kannada"]],
    )
    config: Values = Field(
        default_factory=dict,
        description="`head_epochs`, `network_epochs` (0: the shared network stays), `limit`, `seed` and so on.",
        examples=[{"head_epochs": 12}],
    )
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of a ScriptsConfig."""
        return {**self.config, "scripts": self.scripts}


class TuneIn(BaseModel):
    """A search for a better configuration; fields that are left out have TuningConfig's defaults."""

    model_config = ConfigDict(extra="forbid")

    base: Values = Field(
        default_factory=dict, description="The TrainingConfig to start from.", examples=[{"architecture": "small"}]
    )
    trials: int | None = Field(None, description="Number of trials, 2 to 1000; 20 when null.", examples=[20])
    minutes: float | None = Field(None, description="No trial starts after this time.", examples=[30])
    workers: int | None = Field(None, description="Parallel processes, 1 to 16; 1 when null.", examples=[1])
    epochs: int | None = Field(None, description="Epochs of a trial; 4 when null.", examples=[4])
    limit: int | None = Field(None, description="Images from each source in a trial; 1000 when null.", examples=[1000])
    vary: list[str] | None = Field(
        None,
        description="The values to vary; all that can be varied when null.",
        examples=[["learning_rate", "augmentation"]],
    )
    train_best: bool = Field(
        default=False, description="Train the best configuration in full afterwards.", examples=[False]
    )
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of a TuningConfig."""
        return self.model_dump(exclude_none=True, exclude={"user_id"})


class EvaluateIn(BaseModel):
    """Versions to evaluate."""

    model_config = ConfigDict(extra="forbid")

    versions: list[str] = Field(description="Names of model versions.", examples=[["20260131T120000Z-1a2b3"]])
    suites: list[str] = Field(
        default_factory=list,
        description="Names of suites; when empty, all whose data is available.",
        examples=[["mnist", "strokes"]],
    )
    limit: int | None = Field(None, description="The most images from each source.", examples=[500])
    user_id: UserId = DEFAULT_USER

    def values(self) -> Values:
        """Return the values of an EvaluationConfig."""
        return self.model_dump(exclude={"user_id"})


class JobStartedOut(Success):
    """The job is queued; `status_url` has its progress."""

    job_id: JobId
    status_url: str = Field(examples=["/api/jobs/3"])
    message: str = Field(examples=["Job 3 (train) is queued."])
    test_accuracy: float | None = Field(None, description="Null: the job at `status_url` has it.", examples=[None])
    test_loss: float | None = Field(None, description="Null, as `test_accuracy`.", examples=[None])
    training_time: float | None = Field(None, description="Null, as `test_accuracy`.", examples=[None])

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the answer about a new job."""
        return cls(job_id=job.id, status_url=f"/api/jobs/{job.id}", message=f"Job {job.id} ({job.kind}) is queued.")


class JobRow(Described):
    """A job."""

    id: JobId
    kind: JobKind = Field(examples=[JobKind.TRAIN])
    state: JobState = Field(examples=[JobState.RUNNING])
    progress: float = Field(
        validation_alias="share", ge=0, le=1, description="Share of the work done.", examples=[0.42]
    )
    eta_seconds: float | None = Field(description="Estimated seconds left; null while unknown.", examples=[180.0])
    doing: str = Field(description="What the job is doing now, in words.", examples=["Epoch 3 of 12, batch 40 of 938"])
    error: str | None = Field(description="Why it failed; null if it has not.", examples=[None])
    result: Mapping[str, Any] | None = Field(
        description="The result, once the job has succeeded.",
        examples=[{"model_version": "20260131T120000Z-1a2b3", "test_accuracy": 0.99, "test_loss": 0.03}],
    )
    config: Mapping[str, Any] = Field(description="The configuration of the job.", examples=[{"epochs": 12}])
    user_id: UserId
    created_at: UtcTime
    started_at: UtcTime | None
    finished_at: UtcTime | None
    attempt: int = Field(description="How often the job was started.", examples=[1])
    can_be_resumed: bool = Field(description="Whether it can be resumed from a checkpoint.", examples=[False])
    test_accuracy: float | None = Field(description="Accuracy of the version that was trained.", examples=[0.9912])
    test_loss: float | None = Field(description="Loss of the version that was trained.", examples=[0.031])
    training_time: float | None = Field(description="Seconds that the epochs took.", examples=[312.5])

    @classmethod
    def of(cls, job: Job, progress: Progress) -> Self:
        """Return what an answer says about a job."""
        result = job.result or {}
        return cls.from_record(job, **asdict(progress), **{name: result.get(name) for name in TRAINING_FIGURES})


class JobOut(One[JobRow]):
    """One job."""


class JobsOut(Many[JobRow]):
    """Jobs, newest first."""


class EventRow(Out):
    """An event of a job: log line, epoch, trial and so on."""

    at: UtcTime
    kind: JobEventKind = Field(examples=[JobEventKind.EPOCH])
    data: Mapping[str, Any] = Field(examples=[{"epoch": 3, "epochs": 12, "loss": 0.21, "val_accuracy": 0.98}])


class EventsOut(Success):
    """The events of a job after a position."""

    next_after: int = Field(description="Send it as `after` to get later events.", examples=[5120])
    data: list[EventRow]

    @classmethod
    def of(cls, events: Sequence[JobEvent], position: int) -> Self:
        """Return the answer about some events."""
        return cls(next_after=position, data=[EventRow.from_record(event) for event in events])
