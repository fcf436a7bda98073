"""One user's session at the review queue: what waits, which labels were given, how fast. Knows no Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hwr_core.app import Order, PredictionRecord, Waiting
from hwr_core.errors import HwrError

AHEAD = 50
"""Predictions fetched at once."""
RUNNING_LOW = 10
"""The next are fetched when so many are left."""

IN_SIGHT = 6
"""Of those that wait, how many are shown behind the current one."""

PAUSE = 30.0
"""Seconds: whoever takes longer over a prediction is taken to have done something else."""
RECENT = 20
"""The pace is that of so many predictions."""

TOO_SOON = 0.15
"""Seconds: a click so soon after the one before is the second of a double click."""


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """A label, and who gave it."""

    user_id: int
    digit: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One label that can be undone: of which prediction, and the label that this session gave it before."""

    record: PredictionRecord
    label: GivenLabel
    before: GivenLabel | None


@dataclass(slots=True)
class ReviewSession:
    """The predictions that wait in one order, the place of the current one, and the labels given so far."""

    order: Order
    left: int = 0
    labelled_before: int = 0
    """How many predictions the user had labelled today before this session."""
    waiting: list[Waiting] = field(default_factory=list)
    is_complete: bool = False
    place: int = 0
    labels: dict[int, GivenLabel] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When each of the steps was taken, in seconds."""
    last_press: float = -TOO_SOON
    problem: HwrError | None = None
    """What went wrong at the last key, to be shown once."""

    @property
    def current(self) -> Waiting | None:
        """The prediction being looked at, None behind the last."""
        return self.waiting[self.place] if self.place < len(self.waiting) else None

    @property
    def next(self) -> Waiting | None:
        """The prediction that comes after it."""
        return self.waiting[self.place + 1] if self.place + 1 < len(self.waiting) else None

    @property
    def following(self) -> list[Waiting]:
        """The few that come next, for whoever is faster than one at a time."""
        return self.waiting[self.place + 1 : self.place + 1 + IN_SIGHT]

    @property
    def last(self) -> PredictionRecord | None:
        """The last prediction fetched, behind which the next ones stand."""
        return self.waiting[-1].kept if self.waiting else None

    @property
    def wants_more(self) -> bool:
        """Whether it is time to fetch further predictions."""
        return not self.is_complete and len(self.waiting) - self.place <= RUNNING_LOW

    @property
    def skipped(self) -> int:
        """How many of those looked at got no label."""
        return sum(each.kept.id not in self.labels for each in self.waiting[: self.place])

    @property
    def per_minute(self) -> float | None:
        """How many predictions are labelled per minute at present; None before the second."""
        recent = self.times[-RECENT:]
        gaps = [min(later - earlier, PAUSE) for earlier, later in pairwise(recent)]
        return 60 * len(gaps) / max(sum(gaps), 0.001) if gaps else None

    def add(self, more: Sequence[Waiting]) -> None:
        """Put further predictions behind the others; fewer than asked for are the last."""
        self.waiting += more
        self.is_complete = len(more) < AHEAD

    def is_at(self, record: PredictionRecord) -> bool:
        """Whether this prediction is the current one."""
        return self.current is not None and self.current.kept.id == record.id

    def is_too_soon(self, now: float) -> bool:
        """Whether a click comes too soon after the last one, heeded or not, to be meant for the next image."""
        before, self.last_press = self.last_press, now
        return now - before < TOO_SOON

    def label(self, label: GivenLabel, now: float) -> None:
        """Note the label of the current prediction, and go on to the next."""
        assert self.current is not None  # there is nothing to label behind the last
        record = self.current.kept
        before = self.labels.get(record.id)
        self.steps.append(Step(record, label, before))
        self.labels[record.id] = label
        self.times.append(now)
        self.left -= before is None
        self.move(1)

    def move(self, distance: int) -> None:
        """Go so many predictions on, or back."""
        self.place = min(max(0, self.place + distance), len(self.waiting))

    def undo(self) -> None:
        """Undo the last label and go back to its prediction."""
        step = self.steps.pop()
        if step.before is None:
            del self.labels[step.record.id]
            self.left += 1
        else:
            self.labels[step.record.id] = step.before
        self.times.pop()
        self.place = [each.kept.id for each in self.waiting].index(step.record.id)
