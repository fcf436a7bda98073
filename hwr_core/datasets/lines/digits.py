"""The digits that lines are put together from: those of the open sets by writers of one part, and the drawn shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from hwr_core.datasets import mnist, strokes
from hwr_core.datasets.archives import images, rows
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import Part, Samples, part_of
from hwr_core.datasets.shapes.bank import shape_recordings
from hwr_core.datasets.shapes.found import rare_recordings
from hwr_core.datasets.shapes.zeros import linked_zeros
from hwr_core.datasets.styles import with_habit
from hwr_core.datasets.unreadable import image_is_readable
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

DIGIT_HEIGHT = 64
"""Pixels that a digit is high, about, when a line is put together."""

RECORDED = {"strokes-unipen.jsonl.gz": 1, "strokes-pendigits.jsonl.gz": 1, "strokes-chars74k-digits.jsonl.gz": 3}
"""Files of pen strokes, and how often each recording of theirs counts: small sets would hardly be seen otherwise."""

SCANNED, PHOTOGRAPHED = "scanned-digits.zip", "digits-western-bhmsds.npz"
SCANNED_COUNTS, PHOTOGRAPHED_COUNTS = 2, 3

BLOCK = 20
"""digits-western-bhmsds names no writers; neighbours in it may be by the same one, so whole blocks go to one part."""

SHAPE, RARE, CHAIN = 0.18, 0.08, 0.35
"""Shares: of drawn digits that have a shape of the bank or a rare outline; of runs of zeros written in one go."""

SMALLER = (0.5, 1.05)
"""Such zeros are smaller than the other digits, by these factors."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Digits:
    """Single digits by label: recordings to be drawn with any pen, and images with ink bright."""

    recordings: dict[int, list[strokes.Recording]]
    rare: dict[int, list[strokes.Recording]]
    """Those of the recordings whose outline few others have."""

    images: dict[int, list[Grey]]
    strange: list[strokes.Recording]
    """Letters and signs that are no digit."""

    @property
    def has_recordings(self) -> bool:
        """Whether there is any digit to be drawn."""
        return any(self.recordings.values())

    @property
    def has_images(self) -> bool:
        """Whether there is any digit as an image."""
        return any(self.images.values())

    def labels(self, *, drawn: bool) -> list[int]:
        """Return the digits that there are, to be drawn or as images."""
        return [digit for digit in DIGITS if (self.recordings if drawn else self.images)[digit]]


def load_digits(datasets: Path, part: Part) -> Digits:
    """Return what the data sets that are there have of one part."""
    recorded = [each for name, times in RECORDED.items() for each in _recordings(datasets / name, part) * times]
    by_label = {digit: [each for each in recorded if each.label == digit] for digit in DIGITS}
    samples = _images(datasets, part)
    return Digits(
        by_label,
        {digit: rare_recordings(each) for digit, each in by_label.items()},
        {digit: list(samples.images[samples.labels == digit]) for digit in DIGITS},
        _recordings(datasets / "strokes-symbols.jsonl.gz", part),
    )


def drawn_glyphs(digits: Digits, text: str, pen: float, rng: np.random.Generator) -> list[Grey]:
    """Return the glyphs of a text, drawn with one pen: one for each digit, or for a run of zeros in one go.

    Args:
        digits: to choose from.
        text: what is written.
        pen: width of the pen, at digits about 64 pixels high.
        rng: decides which digits, and how they look.
    """
    glyphs: list[Grey] = []
    for digit, run in groupby(text):
        count = len([*run])
        if digit == "0" and count > 1 and rng.uniform() < CHAIN:
            chain = drawn_glyph(linked_zeros(rng, count), pen, digits=count)
            glyphs.append(scaled(chain, rng.uniform(*SMALLER)))
        else:
            glyphs += [drawn_glyph(_strokes(digits, int(digit), rng), pen) for _ in range(count)]
    return glyphs


def image_glyphs(digits: Digits, text: str, rng: np.random.Generator) -> list[Grey]:
    """Return the glyphs of a text, one for each digit, as the sets with images have them."""
    return [_as_high_as_a_digit(any_of(digits.images[int(digit)], rng)) for digit in text]


def drawn_glyph(of: Strokes, pen: float, *, digits: int = 1) -> Grey:
    """Return strokes as a glyph, ink bright, cropped, as high as a digit is or as wide as so many digits."""
    extent = np.ptp(np.concatenate(of), axis=0)
    # A run of digits is as high as one, and so much longer.
    longer = 1.0 if digits == 1 else max(1.0, float(extent[0] / max(extent[1], 1e-6)))
    side = round(DIGIT_HEIGHT * longer) + 24
    placed = place(of, side=side, fill=DIGIT_HEIGHT * longer / side)
    return _as_high_as_a_digit(255 - draw(placed, side=side, pen=pen), digits)


def any_of(items: Sequence[Item], rng: np.random.Generator) -> Item:
    """Return one of some items."""
    return items[int(rng.integers(len(items)))]


def scaled(glyph: Grey, factor: float) -> Grey:
    """Return a glyph so many times as large."""
    size = max(1, round(glyph.shape[1] * factor)), max(1, round(glyph.shape[0] * factor))
    return np.asarray(cv2.resize(glyph, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _strokes(digits: Digits, label: int, rng: np.random.Generator) -> Strokes:
    chance = rng.uniform()
    if chance < SHAPE and (shape := shape_recordings(rng, label)) is not None:
        return shape.strokes
    rare = digits.rare[label]
    if rare and chance < SHAPE + RARE:
        return any_of(rare, rng).strokes
    return with_habit(label, any_of(digits.recordings[label], rng).strokes, rng)


def _as_high_as_a_digit(glyph: Grey, digits: int = 1) -> Grey:
    """Crop a glyph to its bounding box and make it as high as a digit is, or as wide where it is wider than high."""
    left, top, width, height = cv2.boundingRect(np.asarray(glyph > 60, np.uint8))
    cropped = glyph[top : top + max(1, height), left : left + max(1, width)]
    return scaled(cropped, DIGIT_HEIGHT / max(cropped.shape[0], cropped.shape[1] / (1.1 * digits)))


def _recordings(file: Path, part: Part) -> list[strokes.Recording]:
    if not file.exists():
        return []
    return list(strokes.read_recordings(file, part))


def _images(datasets: Path, part: Part) -> Samples:
    found = []
    if (file := datasets / mnist.FILE).exists():
        digits, labels = mnist.load_mnist(file, part)
        found.append(Samples(digits, labels))
    if (file := datasets / SCANNED).exists():
        found += [normalised_samples(images(file, rows(file, part)))] * SCANNED_COUNTS
    if (file := datasets / PHOTOGRAPHED).exists():
        found += [_photographed(file, part)] * PHOTOGRAPHED_COUNTS
    samples = Samples.join(found)
    return samples.where(np.array([image_is_readable(image) for image in samples.images], bool))


def _photographed(file: Path, part: Part) -> Samples:
    with np.load(file, allow_pickle=False) as archive:
        samples = Samples(archive["images"], archive["labels"].astype(np.uint8))
    of_part = [part_of(f"bhmsds {place // BLOCK}") is part for place in range(len(samples))]
    return samples.where(np.array(of_part, bool))
