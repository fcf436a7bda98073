"""Drawings that are no digit, made stroke by stroke with an unsteady hand.

A model learns from `FAMILIES`; `NEVER_LEARNED` are there to find out what it makes of kinds that it has not seen.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from hwr_core.datasets.no_digits.drawings.outlines import OUTLINES
from hwr_core.datasets.no_digits.drawings.pen import Draw, by_hand
from hwr_core.datasets.no_digits.drawings.things import THINGS
from hwr_core.datasets.no_digits.drawings.unseen import UNSEEN
from hwr_core.images.strokes import Strokes

ALL_FAMILIES: Mapping[str, Draw] = {**THINGS, **OUTLINES, **UNSEEN}
FAMILIES, NEVER_LEARNED = (*THINGS, *OUTLINES), tuple(UNSEEN)


def drawing(kind: str, rng: np.random.Generator) -> Strokes:
    """Return one drawing of a kind of `ALL_FAMILIES` as somebody would make it."""
    return by_hand(ALL_FAMILIES[kind], rng)


def any_drawings(kinds: tuple[str, ...], count: int, seed: int) -> Iterator[Strokes]:
    """Yield so many drawings, of these kinds in turn; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield drawing(kinds[number % len(kinds)], rng)
