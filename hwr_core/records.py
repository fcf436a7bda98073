"""The frozen records that pass between rooms. No behaviour beyond reading oneself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import HwrError, InvalidValue
from hwr_core.shown import Shown

Grey: TypeAlias = NDArray[np.uint8]
"""uint8, height x width."""

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the picture as given."""

OnProgress: TypeAlias = Callable[[float], object]
"""Hears of the share that is done, 0 to 1."""

DIGITS = range(10)

DEFAULT_USER = 1
"""Exists from the start: whom programs mean that name nobody."""

NONE: Literal["none"] = "none"
"""Instead of a digit, where a question is about readings or labels that name none."""


class Verdict(StrEnum):
    """What a reading says of its picture."""

    DIGIT = "digit"
    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"
    NO_INK = "no_ink"

    @property
    def names_a_digit(self) -> bool:
        """Whether a reading with this verdict names a digit at all."""
        return self in (Verdict.DIGIT, Verdict.UNSURE)


class Reason(StrEnum):
    """Why a reading is not simply a digit."""

    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"
    SEVERAL_DIGITS = "several_digits"
    NO_INK = "no_ink"


class Source(StrEnum):
    """The door a picture came in by."""

    DRAWING = "drawing"
    UPLOAD = "upload"
    BATCH = "batch"
    CLI = "cli"
    API = "api"

    @property
    def user_input_type(self) -> str:
        """The older clients' two words for it: "drawing" or "upload"; what they post as JSON is a drawing."""
        return "drawing" if self in (Source.DRAWING, Source.API) else "upload"


class Labelled(StrEnum):
    """What people have said of a reading."""

    ANY = "any"
    NO = "no"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One digit and how probable it is, 0 to 1."""

    digit: int
    probability: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one reading went, in seconds. In a batch: each picture's own."""

    preprocessing: float
    inference: float

    @property
    def total(self) -> float:
        """From picture bytes to reading."""
        return self.preprocessing + self.inference


@dataclass(frozen=True, slots=True)
class Reading(Shown):
    """What the recogniser made of one picture.

    `probabilities` are ten numbers that sum to 1 (zeros when there is no ink): what speaks for "not a digit" is spread
    evenly over them, so `confidence`, their maximum, is the probability that `digit` is right.
    `seen` is the 28x28 picture the model saw (uint8, ink bright on black), None when there is no ink.
    """

    verdict: Verdict
    digit: int | None
    confidence: float
    probabilities: tuple[float, ...]
    seen: Grey | None
    model_version: str
    timings: Timings
    several_digits: bool = False
    """Whether the picture was refused because there is more than one digit on it; told when it is read, not kept."""

    @property
    def reason(self) -> Reason | None:
        """Why it is refused or read with reserve; None for a digit."""
        if self.several_digits:
            return Reason.SEVERAL_DIGITS
        return None if self.verdict is Verdict.DIGIT else Reason(self.verdict)

    @property
    def candidates(self) -> list[Candidate]:
        """All ten digits, the most probable first."""
        ranked = sorted(DIGITS, key=lambda digit: -self.probabilities[digit])
        return [Candidate(digit, self.probabilities[digit]) for digit in ranked]


@dataclass(frozen=True, slots=True)
class FoundDigit:
    """One digit of a number: what it is, how surely, and where it stands.

    `confidence` is the probability that it is this digit, the others of its line given; `candidates` are the ten, the
    most probable first. `line` and `page` count from 0.
    """

    digit: int
    confidence: float
    candidates: tuple[Candidate, ...]
    box: Box
    line: int
    page: int


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A line of digits from left to right; `confidence` is the probability that all of them are right."""

    text: str
    confidence: float
    box: Box
    page: int


@dataclass(frozen=True, slots=True)
class NumberReading(Shown):
    """The digits of a picture or a document in reading order.

    `text` has a line of digits for each line of writing, and is empty where there are none. `confidence` is the
    probability that every digit is right, as if they were independent of each other; 0 where there are none.
    """

    text: str
    confidence: float
    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]
    pages: int
    model_version: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Label:
    """What a kept reading's picture really shows, as people say: the newest feedback that stands.

    `digit` is None for a picture that holds no digit. `verified`: two people said the same, or a reviewer did.
    """

    digit: int | None
    verified: bool
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class KeptReading(Shown):
    """A reading that has entered the history: one row of it. Times are UTC with an offset.

    `original` is the SHA-256 of the picture file, None where the file was not kept.
    """

    id: int
    timestamp: datetime
    user_id: int
    source: Source
    file_name: str | None
    reading: Reading
    enhancement_level: float = 1.0
    original: str | None = None
    label: Label | None = None

    @property
    def is_right(self) -> bool | None:
        """Whether people agree with it; None while nobody has said."""
        return None if self.label is None else self.reading.digit == self.label.digit


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which kept readings a question is about; without a value a field leaves none out.

    `digit` is what was read and `actual_digit` what people say (either may be NONE), `since` is the first moment and
    `until` the first one too late; both need an offset. Raises InvalidValue.
    """

    user_id: int | None = None
    digit: int | Literal["none"] | None = None
    actual_digit: int | Literal["none"] | None = None
    verdict: Verdict | None = None
    confidence_from: float = 0.0
    confidence_to: float = 1.0
    source: Source | None = None
    model_version: str | None = None
    labelled: Labelled | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what can match nothing because it makes no sense."""
        for name, digit in (("digit", self.digit), ("actual_digit", self.actual_digit)):
            if digit is not None and digit != NONE and digit not in DIGITS:
                raise InvalidValue(f"{name} is {digit!r}; 0 to 9 or {NONE!r} is allowed.")
        if not 0.0 <= self.confidence_from <= self.confidence_to <= 1.0:
            raise InvalidValue(
                f"The confidence is to lie from {self.confidence_from} to {self.confidence_to}; "
                "both are 0 to 1, the lower one first."
            )
        for name, moment in (("since", self.since), ("until", self.until)):
            if moment is not None and moment.tzinfo is None:
                raise InvalidValue(f"{name} is {moment.isoformat()}; it needs an offset from UTC, such as +00:00.")
        if self.since and self.until and self.since > self.until:
            raise InvalidValue("since lies after until; the earlier moment comes first.")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person said of one kept reading.

    `replaced_at`: when the same person said something else instead, or took it back.
    """

    id: int
    timestamp: datetime
    reading_id: int
    user_id: int
    actual_digit: int | None
    correct_prediction: bool
    confidence_rating: int | None
    comments: str
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FileReading:
    """The outcome for one file of a batch, in the order sent.

    Either a `reading`, and `kept` once it has entered the history, or the `error` that says why there is none.
    """

    file_name: str
    reading: Reading | None = None
    kept: KeptReading | None = None
    error: HwrError | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person readings belong to. User 1 exists from the start."""

    id: int
    username: str
    email: str | None
    created_at: datetime
    is_active: bool


class Role(StrEnum):
    """What a person is here; what each may do stands in `hwr_core/access/rights.py`."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something, once they have shown who they are: by a session, an API key or a token.

    `address` is where they ask from and `key_id` the API key they used, where that is known.
    """

    user_id: int
    username: str
    role: Role
    address: str = ""
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What lets a person in: the role, whether there is a password, and an account at an identity provider."""

    user_id: int
    role: Role
    has_password: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom an identity provider says somebody is: for good by issuer and subject, the rest may change.

    `email` is given only where the provider has verified it; `names` are what the person may be called, the best first.
    """

    issuer: str
    subject: str
    email: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by which a program acts for a person; the key itself is known to its owner alone. Times are UTC.

    `hint` is how the key begins, to tell it from others. Without `expires_at` it holds until it is revoked.
    """

    id: int
    user_id: int
    name: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit log: who did what to what, when (UTC) and from where.

    `user_id` is None where nobody was signed in, as on the command line; `username` where the person is gone.
    """

    id: int
    timestamp: datetime
    user_id: int | None
    username: str | None
    act: str
    about: str
    address: str


class JobKind(StrEnum):
    """What a job does."""

    TRAIN = "train"
    TUNE = "tune"
    EVALUATE = "evaluate"


class JobState(StrEnum):
    """Where a job is on its way."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that a process of its own does: one row of the table of jobs. Times are UTC.

    `config` is what was asked for, as JSON has it. `result` is there once it has succeeded, `error` (a sentence) once
    it has failed. `attempt` counts how often it was started.
    """

    id: int
    kind: JobKind
    state: JobState
    user_id: int
    config: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempt: int = 0
    result: Mapping[str, Any] | None = None
    error: str | None = None

    @property
    def can_be_resumed(self) -> bool:
        """Whether it may go on from its last checkpoint."""
        return self.state in (JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come: a share of 0 to 1, seconds left where they can be told, and what it does, in words."""

    share: float = 0.0
    eta_seconds: float | None = None
    doing: str = ""
