"""One user's session at the review queue: stored predictions, fetched as they are needed. Knows no Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.components.labelling.session import GivenLabel, LabellingSession
from hwr_core.app import Order, Prediction, PredictionRecord, Waiting

AHEAD = 50
"""Predictions fetched at once."""
RUNNING_LOW = 10
"""The next are fetched when so many are left."""


@dataclass
class ReviewSession(LabellingSession[Waiting]):
    """The predictions that wait in one order, and how many of them are left."""

    order: Order
    left: int = 0
    labelled_before: int = 0
    """How many predictions the user had labelled today before this session."""
    is_complete: bool = False

    @property
    def last(self) -> PredictionRecord | None:
        """The last prediction fetched, behind which the next ones stand."""
        return self.waiting[-1].kept if self.waiting else None

    @property
    def wants_more(self) -> bool:
        """Whether it is time to fetch further predictions."""
        return not self.is_complete and len(self.waiting) - self.place <= RUNNING_LOW

    def name_of(self, item: Waiting) -> int:
        """Its id."""
        return item.kept.id

    def prediction_of(self, item: Waiting) -> Prediction:
        """What was read."""
        return item.kept.prediction

    def stored_id(self, item: Waiting) -> int:
        """Its id: all of them are stored."""
        return item.kept.id

    def add(self, more: Sequence[Waiting]) -> None:
        """Put further predictions behind the others; fewer than asked for are the last."""
        self.waiting += more
        self.is_complete = len(more) < AHEAD

    def label(self, label: GivenLabel, now: float) -> None:
        """Note the label of the current prediction; a first one leaves one fewer."""
        assert self.current is not None  # there is nothing to label behind the last
        self.left -= self.label_of(self.current) is None
        super().label(label, now)

    def undo(self) -> None:
        """Undo the last label; without one before it, one more is left."""
        self.left += self.steps[-1].before is None
        super().undo()
