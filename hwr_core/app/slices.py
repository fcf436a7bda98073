"""Slices of the history and of data sets: images as the model reads them, to filter and to count."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from hwr_core.datasets.sources import SOURCES
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NONE, Prediction

KEPT = "kept"
"""The source of what is in the history."""

Digit: TypeAlias = int | Literal["none"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One image of a slice, as the model reads it.

    `really` is its label, None while it has none. `number` is the id of a prediction of the history, or the image's
    place in its slice of a data set, from 1. As it came in, the image is in the history's file `upload`, or `original`
    where it is a data set's; None where it was not kept.
    """

    source: str
    number: int
    prediction: Prediction
    really: Digit | None
    upload: str | None = None
    original: Grey | None = None

    @property
    def read(self) -> Digit:
        """What it was read as."""
        return NONE if self.prediction.digit is None else self.prediction.digit

    @property
    def is_mistake(self) -> bool:
        """Whether its label is known and differs from what it was read as."""
        return self.really is not None and self.really != self.read


def about(source: str) -> str:
    """Return what a source of images holds, in a few words."""
    return "stored predictions" if source == KEPT else SOURCES[source].about


def matching(
    slice_: Iterable[Shown], *, really: Digit | None = None, read: Digit | None = None, only_mistakes: bool = False
) -> list[Shown]:
    """Return the images of a slice with this label that were read as this; None lets all through."""
    return [
        each
        for each in slice_
        if (really is None or each.really == really)
        and (read is None or each.read == read)
        and (each.is_mistake or not only_mistakes)
    ]


def confusion(slice_: Iterable[Shown]) -> Counter[tuple[Digit, Digit]]:
    """Return how often which label (the first of each pair) was read as what (the second)."""
    return Counter((each.really, each.read) for each in slice_ if each.really is not None)
