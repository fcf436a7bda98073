"""Whether images are like those of before: histograms of what they are like, and how far two periods lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import DIGITS

SOMEWHAT, DIFFERENT = 0.1, 0.25
"""Population stability index below which nothing has changed, and above which it has changed for sure (Siddiqi, 2006,
"Credit risk scorecards"; the limits go back to Lewis, 1994)."""

CHI_SQUARE_95 = 18.307
"""95 % quantile of the chi-square distribution with ten degrees of freedom: no feature here has more than 11 bins."""

HALF = 0.5
"""Added to each count, so that an empty bin does not make two periods infinitely different."""

INKED = 64
"""A pixel is counted into the extent of the writing from this strength on."""

NONE_BIN = len(DIGITS)
"""Where predictions that name no digit are counted among the digits."""

Weights: TypeAlias = NDArray[np.floating]
Shares: TypeAlias = tuple[float, ...]


class Feature(StrEnum):
    """What a reading and its image are told by."""

    DIGIT = "digit"
    """What was read: 0 to 9, or none."""
    CONFIDENCE = "confidence"
    """Of the predictions that name a digit."""
    INK = "ink"
    """The share of the 28x28 that is ink, which grows with the width of the pen."""
    SHAPE = "shape"
    """Width to height of the writing: the longer side is always 20 pixels."""


EDGES: Mapping[Feature, tuple[float, ...]] = {
    Feature.DIGIT: tuple(digit + 0.5 for digit in DIGITS),
    Feature.CONFIDENCE: (0.5, 0.8, 0.95, 0.99, 0.998, 0.9995),
    Feature.INK: (0.05, 0.07, 0.09, 0.11, 0.13, 0.15, 0.17, 0.19, 0.22),
    Feature.SHAPE: (0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.05, 1.3),
}
"""Where one bin ends and the next begins; about evenly filled by the digits of the open data sets. What equals an edge
lies above it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What some images are like: for each feature how many of them are in each bin; weighted ones count in part."""

    counts: Mapping[Feature, tuple[float, ...]]

    @property
    def images(self) -> float:
        """How many there are."""
        return sum(self.counts[Feature.DIGIT])


@dataclass(frozen=True, slots=True)
class Shift:
    """One feature in both periods: the share of each bin, and the population stability index between them."""

    feature: Feature
    psi: float
    recent: Shares
    reference: Shares

    @property
    def words(self) -> str:
        """What has become more or less, in two or three words."""
        if self.feature is Feature.DIGIT:
            return self._digit_words()
        higher, lower = {
            Feature.CONFIDENCE: ("surer predictions", "less sure predictions"),
            Feature.INK: ("more ink", "less ink"),
            Feature.SHAPE: ("wider writing", "narrower writing"),
        }[self.feature]
        return higher if _mean_bin(self.recent) > _mean_bin(self.reference) else lower

    def _digit_words(self) -> str:
        """The digit whose share adds most to the difference."""
        parts = _parts(np.array(self.recent), np.array(self.reference))
        place = int(parts.argmax())
        what = "images read as no digit" if place == NONE_BIN else f"{place}s"
        return f"{'more' if self.recent[place] > self.reference[place] else 'fewer'} {what}"


class Level(StrEnum):
    """How different two periods are."""

    UNKNOWN = "unknown"
    """There are too few predictions to say."""
    SAME = "same"
    SOMEWHAT = "somewhat"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far recent images lie from those of a reference, feature by feature, in the order of `Feature`."""

    recent: int
    reference: int
    shifts: tuple[Shift, ...]

    @property
    def missing(self) -> int | None:
        """How many more recent predictions are needed before anything can be said; 0 when there are enough.

        None where the reference is so small that no number of them would be enough.

        Chance alone makes a population stability index of (1/n + 1/m) times a chi-square variable with as many degrees
        of freedom as there are bins but one (Yurdakul, 2018, "Statistical properties of population stability index").
        There are enough predictions when that is below the lower limit 19 times in 20: 184 against any number of others,
        367 against as many.
        """
        left = SOMEWHAT / CHI_SQUARE_95 - (1.0 / self.reference if self.reference else np.inf)
        return max(0, int(np.ceil(1.0 / left)) - self.recent) if left > 0 else None

    @property
    def level(self) -> Level:
        """How different the most different feature is."""
        if self.missing != 0:
            return Level.UNKNOWN
        worst = max(shift.psi for shift in self.shifts)
        if worst < SOMEWHAT:
            return Level.SAME
        return Level.SOMEWHAT if worst <= DIFFERENT else Level.DIFFERENT

    def verdict(self, reference: str = "before") -> str:
        """Return the answer in plain words, the largest difference first; `reference` says what it is compared with."""
        if self.level is Level.UNKNOWN:
            return "Too few predictions to say"
        if self.level is Level.SAME:
            return f"Much like {reference}"
        shifted = sorted((shift for shift in self.shifts if shift.psi >= SOMEWHAT), key=lambda shift: -shift.psi)
        start = "Somewhat different" if self.level is Level.SOMEWHAT else "Different"
        return f"{start}: {', '.join(shift.words for shift in shifted)}"


def describe(
    digits: NDArray[np.integer],
    confidence: NDArray[np.floating],
    seen: NDArray[np.uint8],
    weights: Weights | None = None,
) -> Inputs:
    """Count images into the bins of each feature.

    Args:
        digits: what was read, 0 to 9, or 10 for none.
        confidence: of each prediction, 0 to 1.
        seen: what the model saw, uint8 [n, 28, 28], ink bright on black.
        weights: how much each image counts; 1 when not given.
    """
    each = np.ones(len(digits)) if weights is None else weights
    named = np.asarray(digits) != NONE_BIN
    return Inputs(
        {
            Feature.DIGIT: _counts(Feature.DIGIT, digits, each),
            Feature.CONFIDENCE: _counts(Feature.CONFIDENCE, confidence[named], each[named]),
            Feature.INK: _counts(Feature.INK, ink_share(seen), each),
            Feature.SHAPE: _counts(Feature.SHAPE, width_to_height(seen), each),
        }
    )


def compare(recent: Inputs, reference: Inputs) -> Drift:
    """Return how far two sets of images lie apart."""
    return Drift(
        recent=round(recent.images),
        reference=round(reference.images),
        shifts=tuple(
            Shift(
                feature,
                psi(recent.counts[feature], reference.counts[feature]),
                shares_of(recent.counts[feature]),
                shares_of(reference.counts[feature]),
            )
            for feature in Feature
        ),
    )


def psi(recent: tuple[float, ...], reference: tuple[float, ...]) -> float:
    """Return the population stability index of two histograms: the sum of (p - q) ln(p / q) over their shares.

    Half an image is added to each bin. It is 0 for equal shares, and the same both ways (it is the divergence of
    Jeffreys, 1946).
    """
    p, q = np.array(recent) + HALF, np.array(reference) + HALF
    return float(_parts(p / p.sum(), q / q.sum()).sum())


def shares_of(counts: tuple[float, ...]) -> Shares:
    """Return the share of each bin; zeros where there is nothing."""
    total = sum(counts)
    return tuple(count / total if total else 0.0 for count in counts)


def ink_share(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of each image that is ink, 0 to 1, of images uint8 [n, 28, 28]."""
    return np.asarray(seen.mean(axis=(1, 2)) / 255.0)


def width_to_height(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the width of each writing over its height, of images uint8 [n, 28, 28]."""
    inked: NDArray[np.bool_] = seen >= INKED
    width, height = _extent(np.any(inked, axis=1)), _extent(np.any(inked, axis=2))
    return np.asarray(np.maximum(width, 1) / np.maximum(height, 1))


def _extent(taken: NDArray[np.bool_]) -> NDArray[np.integer]:
    """From the first to the last that is taken, along the last axis; it is not shorter where none is."""
    return np.asarray(taken.shape[-1] - taken.argmax(axis=-1) - taken[..., ::-1].argmax(axis=-1))


def _counts(feature: Feature, values: NDArray[np.generic], weights: Weights) -> tuple[float, ...]:
    edges = EDGES[feature]
    bins = np.searchsorted(edges, values, side="right")
    return tuple(np.bincount(bins, weights, minlength=len(edges) + 1).tolist())


def _parts(p: NDArray[np.floating], q: NDArray[np.floating]) -> NDArray[np.floating]:
    """What each bin adds to the index; an empty one counts as next to nothing."""
    p, q = np.maximum(p, 1e-6), np.maximum(q, 1e-6)
    return np.asarray((p - q) * np.log(p / q))


def _mean_bin(shares: Shares) -> float:
    return sum(place * share for place, share in enumerate(shares))
