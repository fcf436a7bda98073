"""One user's way through images: which is the current one, which labels were given, how fast. Knows no Streamlit."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, TypeVar

from hwr_core.app import Prediction
from hwr_core.errors import HwrError

IN_SIGHT = 6
"""Of those that wait, how many are shown behind the current one."""

PAUSE = 30.0
"""Seconds: whoever takes longer over an image is taken to have done something else."""
RECENT = 20
"""The pace is that of so many images."""

TOO_SOON = 0.15
"""Seconds: a click so soon after the one before is the second of a double click."""

Item = TypeVar("Item")
"""An image to be labelled, with what was read."""


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """A label, and who gave it."""

    user_id: int
    digit: int | None


@dataclass(frozen=True, slots=True)
class Step(Generic[Item]):
    """One label that can be undone: of which image, and the label that this session gave it before."""

    item: Item
    label: GivenLabel
    before: GivenLabel | None


@dataclass(kw_only=True)
class LabellingSession(ABC, Generic[Item]):
    """The images that wait in their order, the place of the current one, and the labels given so far."""

    waiting: list[Item] = field(default_factory=list)
    place: int = 0
    labels: dict[Hashable, GivenLabel] = field(default_factory=dict)
    steps: list[Step[Item]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When each of the steps was taken, in seconds."""
    last_press: float = -TOO_SOON
    problem: HwrError | None = None
    """What went wrong at the last key, to be shown once."""

    @abstractmethod
    def name_of(self, item: Item) -> Hashable:
        """What tells an image from all others."""

    @abstractmethod
    def prediction_of(self, item: Item) -> Prediction:
        """What was read."""

    @abstractmethod
    def stored_id(self, item: Item) -> int:
        """The id of its stored prediction, which is stored now if it was not before. Raises HwrError."""

    @property
    def current(self) -> Item | None:
        """The image being looked at, None behind the last."""
        return self.waiting[self.place] if self.place < len(self.waiting) else None

    @property
    def next(self) -> Item | None:
        """The image that comes after it."""
        return self.waiting[self.place + 1] if self.place + 1 < len(self.waiting) else None

    @property
    def following(self) -> list[Item]:
        """The few that come next, for whoever is faster than one at a time."""
        return self.waiting[self.place + 1 : self.place + 1 + IN_SIGHT]

    @property
    def skipped(self) -> int:
        """How many of those looked at got no label."""
        return sum(self.label_of(each) is None for each in self.waiting[: self.place])

    @property
    def per_minute(self) -> float | None:
        """How many images are labelled per minute at present; None before the second."""
        recent = self.times[-RECENT:]
        gaps = [min(later - earlier, PAUSE) for earlier, later in pairwise(recent)]
        return 60 * len(gaps) / max(sum(gaps), 0.001) if gaps else None

    def label_of(self, item: Item) -> GivenLabel | None:
        """The label that this session gave an image."""
        return self.labels.get(self.name_of(item))

    def is_at(self, item: Item) -> bool:
        """Whether this image is the current one."""
        return self.current is not None and self.name_of(self.current) == self.name_of(item)

    def is_too_soon(self, now: float) -> bool:
        """Whether a click comes too soon after the last one, heeded or not, to be meant for the next image."""
        before, self.last_press = self.last_press, now
        return now - before < TOO_SOON

    def label(self, label: GivenLabel, now: float) -> None:
        """Note the label of the current image, and go on to the next."""
        assert self.current is not None  # there is nothing to label behind the last
        item = self.current
        self.steps.append(Step(item, label, self.label_of(item)))
        self.labels[self.name_of(item)] = label
        self.times.append(now)
        self.move(1)

    def move(self, distance: int) -> None:
        """Go so many images on, or back."""
        self.place = min(max(0, self.place + distance), len(self.waiting))

    def go_to(self, item: Item) -> None:
        """Make an image the current one, if it is among those that wait."""
        names = [self.name_of(each) for each in self.waiting]
        if self.name_of(item) in names:
            self.place = names.index(self.name_of(item))

    def undo(self) -> None:
        """Undo the last label and go back to its image."""
        step = self.steps.pop()
        if step.before is None:
            del self.labels[self.name_of(step.item)]
        else:
            self.labels[self.name_of(step.item)] = step.before
        self.times.pop()
        self.go_to(step.item)
