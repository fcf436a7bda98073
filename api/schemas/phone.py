"""What the page for phones is told of the served model."""

from typing import Self

from api.schemas.base import Out
from hwr_core.app import ModelVersion


class DecisionOut(Out):
    """Where a network's output is no digit, and where it is unsure: the `decision` of the version's card."""

    not_a_digit_above: float
    unsure_below: float


class PhoneModelOut(Out):
    """The served version."""

    version: str
    decision: DecisionOut

    @classmethod
    def of(cls, version: ModelVersion) -> Self:
        """Return the answer about a version."""
        return cls(version=version.name, decision=DecisionOut.from_record(version.card.decision))
