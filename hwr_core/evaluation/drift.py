"""Drift: histograms of what images are like, and how far those of two periods differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import DIGITS

SOMEWHAT, DIFFERENT = 0.1, 0.25
"""Population stability index below which nothing has changed, and above which something certainly has (Siddiqi, 2006,
"Credit risk scorecards"; the limits go back to Lewis, 1994)."""

CHI_SQUARE_95 = 18.307
"""95 % quantile of the chi-square distribution with ten degrees of freedom: no feature here has more than 11 bins."""

HALF = 0.5
"""Added to each count, so that an empty bin does not make the difference infinite."""

INKED = 64
"""Brightness from which a pixel counts as foreground when the extent of a digit is measured."""

NONE_BIN = len(DIGITS)
"""The bin of predictions that name no digit."""

Weights: TypeAlias = NDArray[np.floating]
Shares: TypeAlias = tuple[float, ...]


class Feature(StrEnum):
    """The features by which predictions and their images are compared."""

    DIGIT = "digit"
    """The predicted digit, 0 to 9 or none."""
    CONFIDENCE = "confidence"
    """Of the predictions that name a digit."""
    INK = "ink"
    """The share of ink in the 28x28 image, which grows with the width of the pen."""
    SHAPE = "shape"
    """The width of the digit over its height; the longer side is always 20 pixels."""


EDGES: Mapping[Feature, tuple[float, ...]] = {
    Feature.DIGIT: tuple(digit + 0.5 for digit in DIGITS),
    Feature.CONFIDENCE: (0.5, 0.8, 0.95, 0.99, 0.998, 0.9995),
    Feature.INK: (0.05, 0.07, 0.09, 0.11, 0.13, 0.15, 0.17, 0.19, 0.22),
    Feature.SHAPE: (0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.05, 1.3),
}
"""The edges between bins, which the digits of the open data sets fill about evenly. A value on an edge belongs to the
bin above it."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What some images are like: for each feature the number of images in each bin, fractional where weighted."""

    counts: Mapping[Feature, tuple[float, ...]]

    @property
    def images(self) -> float:
        """The number of images."""
        return sum(self.counts[Feature.DIGIT])


@dataclass(frozen=True, slots=True)
class Shift:
    """One feature in both periods: the shares of the bins, and the population stability index between them."""

    feature: Feature
    psi: float
    recent: Shares
    reference: Shares

    @property
    def words(self) -> str:
        """What has increased or decreased, in two or three words."""
        if self.feature is Feature.DIGIT:
            return self._digit_words()
        higher, lower = {
            Feature.CONFIDENCE: ("surer predictions", "less sure predictions"),
            Feature.INK: ("thicker strokes", "thinner strokes"),
            Feature.SHAPE: ("wider digits", "narrower digits"),
        }[self.feature]
        return higher if _mean_bin(self.recent) > _mean_bin(self.reference) else lower

    def _digit_words(self) -> str:
        """The digit whose share contributes most to the difference."""
        parts = _parts(np.array(self.recent), np.array(self.reference))
        place = int(parts.argmax())
        what = "images read as no digit" if place == NONE_BIN else f"{place}s"
        return f"{'more' if self.recent[place] > self.reference[place] else 'fewer'} {what}"


class Level(StrEnum):
    """How different two periods are."""

    UNKNOWN = "unknown"
    """There are too few predictions to tell."""
    SAME = "same"
    SOMEWHAT = "somewhat"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far recent images differ from a reference, feature by feature, in the order of `Feature`."""

    recent: int
    reference: int
    shifts: tuple[Shift, ...]

    @property
    def missing(self) -> int | None:
        """How many more recent predictions are needed for a verdict; 0 when there are enough.

        None where the reference is so small that no number would be enough.

        Chance alone makes the population stability index (1/n + 1/m) times a chi-square variable, whose degrees of
        freedom are the number of bins less one (Yurdakul, 2018, "Statistical properties of population stability
        index"). There are enough predictions when this is below the lower limit 19 times in 20: 184 against any number
        of others, 367 against as many.
        """
        left = SOMEWHAT / CHI_SQUARE_95 - (1.0 / self.reference if self.reference else np.inf)
        return max(0, int(np.ceil(1.0 / left)) - self.recent) if left > 0 else None

    @property
    def level(self) -> Level:
        """The level of the feature that differs most."""
        if self.missing != 0:
            return Level.UNKNOWN
        worst = max(shift.psi for shift in self.shifts)
        if worst < SOMEWHAT:
            return Level.SAME
        return Level.SOMEWHAT if worst <= DIFFERENT else Level.DIFFERENT

    def verdict(self, reference: str = "before") -> str:
        """Return the verdict in words, the largest difference first; `reference` names what is compared with."""
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
        digits: the predicted digits, 0 to 9, or 10 for none.
        confidence: of each prediction, 0 to 1.
        seen: what the model saw, uint8 [n, 28, 28], bright ink on black.
        weights: the weight of each image; 1 when not given.
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
    """Return how far two sets of images differ."""
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
    """Return the share of each bin; zeros where all are empty."""
    total = sum(counts)
    return tuple(count / total if total else 0.0 for count in counts)


def ink_share(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the share of each image that is ink, 0 to 1, of images uint8 [n, 28, 28]."""
    return np.asarray(seen.mean(axis=(1, 2)) / 255.0)


def width_to_height(seen: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the width of each digit over its height, of images uint8 [n, 28, 28]."""
    inked: NDArray[np.bool_] = seen >= INKED
    width, height = _extent(np.any(inked, axis=1)), _extent(np.any(inked, axis=2))
    return np.asarray(np.maximum(width, 1) / np.maximum(height, 1))


def _extent(foreground: NDArray[np.bool_]) -> NDArray[np.integer]:
    """The distance from the first to the last foreground pixel along the last axis; the whole length without any."""
    return np.asarray(foreground.shape[-1] - foreground.argmax(axis=-1) - foreground[..., ::-1].argmax(axis=-1))


def _counts(feature: Feature, values: NDArray[np.generic], weights: Weights) -> tuple[float, ...]:
    edges = EDGES[feature]
    bins = np.searchsorted(edges, values, side="right")
    return tuple(np.bincount(bins, weights, minlength=len(edges) + 1).tolist())


def _parts(p: NDArray[np.floating], q: NDArray[np.floating]) -> NDArray[np.floating]:
    """The contribution of each bin to the index; an empty bin counts as almost nothing."""
    p, q = np.maximum(p, 1e-6), np.maximum(q, 1e-6)
    return np.asarray((p - q) * np.log(p / q))


def _mean_bin(shares: Shares) -> float:
    return sum(place * share for place, share in enumerate(shares))
