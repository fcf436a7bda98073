"""One person's sitting at the review queue: what waits, what was said of it, how fast. Knows no Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hwr_core.errors import HwrError
from hwr_core.records.predictions import PredictionRecord
from hwr_core.review.service import Order, Waiting

AHEAD = 50
"""Predictions fetched at once."""
RUNNING_LOW = 10
"""Left of them when the next are fetched."""

PAUSE = 30.0
"""Seconds: whoever takes longer over a prediction is taken to have done something else."""
RECENT = 20
"""The pace is that of so many predictions."""

HASTE = 0.15
"""Seconds: nobody has looked at an image that is judged so soon after the one before; a key was held down."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a prediction."""

    user_id: int
    digit: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One word that can be undone: of which prediction, and what had been said of it in this sitting before."""

    kept: PredictionRecord
    said: Said
    before: Said | None


@dataclass(slots=True)
class ReviewSession:
    """The predictions that wait in one order, the place of the one being looked at, and all that was said so far."""

    order: Order
    left: int = 0
    earlier: int = 0
    """Of how many predictions the person had said something today before this sitting."""
    waiting: list[Waiting] = field(default_factory=list)
    is_whole: bool = False
    place: int = 0
    said: dict[int, Said] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    pressed: float = -HASTE
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
    def last(self) -> PredictionRecord | None:
        """The last prediction fetched, behind which the next ones stand."""
        return self.waiting[-1].kept if self.waiting else None

    @property
    def wants_more(self) -> bool:
        """Whether it is time to fetch further predictions."""
        return not self.is_whole and len(self.waiting) - self.place <= RUNNING_LOW

    @property
    def passed_over(self) -> int:
        """How many of those looked at were left as they are."""
        return sum(each.kept.id not in self.said for each in self.waiting[: self.place])

    @property
    def per_minute(self) -> float | None:
        """How many predictions a minute are judged at present; None before the second."""
        recent = self.moments[-RECENT:]
        gaps = [min(later - earlier, PAUSE) for earlier, later in pairwise(recent)]
        return 60 * len(gaps) / max(sum(gaps), 0.001) if gaps else None

    def add(self, more: Sequence[Waiting]) -> None:
        """Put further predictions behind the others; fewer than asked for are the last."""
        self.waiting += more
        self.is_whole = len(more) < AHEAD

    def is_at(self, kept: PredictionRecord) -> bool:
        """Whether this prediction is the one being looked at."""
        return self.current is not None and self.current.kept.id == kept.id

    def is_hasty(self, moment: float) -> bool:
        """Whether a word comes too soon after the last one, heeded or not, to be meant for the next image."""
        before, self.pressed = self.pressed, moment
        return moment - before < HASTE

    def judge(self, said: Said, moment: float) -> None:
        """Note what was said of the prediction being looked at, and go on to the next."""
        assert self.current is not None  # nothing can be said behind the last
        kept = self.current.kept
        before = self.said.get(kept.id)
        self.steps.append(Step(kept, said, before))
        self.said[kept.id] = said
        self.moments.append(moment)
        self.left -= before is None
        self.move(1)

    def move(self, distance: int) -> None:
        """Go so many predictions on, or back."""
        self.place = min(max(0, self.place + distance), len(self.waiting))

    def take_back(self) -> None:
        """Undo the last word and go back to its prediction."""
        step = self.steps.pop()
        if step.before is None:
            del self.said[step.kept.id]
            self.left += 1
        else:
            self.said[step.kept.id] = step.before
        self.moments.pop()
        self.place = [each.kept.id for each in self.waiting].index(step.kept.id)
