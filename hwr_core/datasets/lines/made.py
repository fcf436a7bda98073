"""Synthetic lines of digits, put together from single ones and degraded like scans: to learn whole numbers from.

Nobody's lines are needed: the digits are those of the other data sets, of writers of one part only, and what becomes of
a line is what `segment` makes of it, as it does of a user's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from hwr_core.datasets import mnist
from hwr_core.datasets.corrupt import degrade
from hwr_core.datasets.lines.digits import (
    PHOTOGRAPHED,
    RECORDED,
    SCANNED,
    Digits,
    any_of,
    drawn_glyph,
    drawn_glyphs,
    image_glyphs,
    load_digits,
)
from hwr_core.datasets.lines.paper import with_surroundings
from hwr_core.datasets.lines.writing import put_together
from hwr_core.datasets.processes import made_in_processes
from hwr_core.datasets.samples import Part
from hwr_core.errors import DatasetMissing, InvalidValue, NoInk
from hwr_core.images.lines.segmentation import segment
from hwr_core.images.lines.strips import strip
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

MOST_DIGITS = 12
ANY_LENGTH = 0.3
"""Share of numbers that have any number of digits up to the most; the others have two to six."""

COUNTS = {Part.TRAINING: 30_000, Part.VALIDATION: 1_500, Part.TEST: 1_500}
"""Lines that are made of the digits of each part."""

CHUNK = 500

PEN = (4.0, 11.0)
"""Pixels that a pen is wide."""

DRAWN, STRANGE = 0.6, 0.08
"""Shares of lines that are drawn from recordings, and of those with a sign on them that is no digit."""


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class LineSample:
    """What `hwr_core.images.lines.strips.strip` makes of a line, and the digits on it."""

    strip: Grey
    text: str


def made_lines(datasets: Path, part: Part, *, count: int, seed: int, processes: int) -> Iterator[LineSample]:
    """Yield about so many lines of digits by writers of one part; those that are lost in segmentation are left out.

    Args:
        datasets: the folder of open data sets; those that `confirm_digits` looks for are used where they are there.
        part: whose digits.
        count: how many lines to make.
        seed: the same seed makes the same lines.
        processes: how many work at once.

    Raises:
        DatasetMissing: none of them is there.
        InvalidValue: none of their digits is of this part.
    """
    yield from _in_processes(_make, datasets, part, count=count, seed=seed, processes=processes)


def made_line_images(
    datasets: Path, part: Part, *, count: int, seed: int, processes: int
) -> Iterator[tuple[Grey, str]]:
    """Yield so many images of one line of digits with their texts: what `made_lines` would segment."""
    yield from _in_processes(_make_images, datasets, part, count=count, seed=seed, processes=processes)


def _in_processes(  # noqa: PLR0913  all but three by name
    make: Callable[[int, np.random.SeedSequence], list[Item]],
    datasets: Path,
    part: Part,
    *,
    count: int,
    seed: int,
    processes: int,
) -> Iterator[Item]:
    confirm_digits(datasets)
    yield from made_in_processes(
        make,
        load=_load,
        needs=(datasets, part),
        part=part,
        count=count,
        chunk=CHUNK,
        seed=seed,
        processes=processes,
    )


def confirm_digits(datasets: Path) -> None:
    """Raise DatasetMissing where no file is there whose digits lines could be put together from."""
    names = (*RECORDED, mnist.FILE, SCANNED, PHOTOGRAPHED)
    if not any((datasets / name).exists() for name in names):
        raise DatasetMissing(
            f"Lines are put together from the digits of {', '.join(names)}; the datasets folder (HWR_DATASETS_DIR) has "
            "none of them."
        )


_loaded: list[Digits] = []
"""What a process of the pool makes its lines from."""


def _load(datasets: Path, part: Part) -> None:
    _loaded.append(load_digits(datasets, part))


def _make(count: int, seed: np.random.SeedSequence) -> list[LineSample]:
    rng = np.random.default_rng(seed)
    made = (_segmented(*_line(_loaded[0], rng)) for _ in range(count))
    return [sample for sample in made if sample is not None]


def _make_images(count: int, seed: np.random.SeedSequence) -> list[tuple[Grey, str]]:
    rng = np.random.default_rng(seed)
    return [_line(_loaded[0], rng) for _ in range(count)]


def _line(digits: Digits, rng: np.random.Generator) -> tuple[Grey, str]:
    if not (digits.has_recordings or digits.has_images):
        raise InvalidValue("No digit to put lines together from is by a writer of this part; more writers are needed.")
    drawn = digits.has_recordings and (rng.uniform() < DRAWN or not digits.has_images)
    text = random_number(rng, digits.labels(drawn=drawn))
    pen = float(rng.uniform(*PEN))
    glyphs = drawn_glyphs(digits, text, pen, rng) if drawn else image_glyphs(digits, text, rng)
    others = [any_of(glyphs, rng) for _ in range(3)]
    if digits.strange and rng.uniform() < STRANGE:  # a currency's sign, a letter
        glyphs.insert(int(rng.choice([0, len(glyphs)])), drawn_glyph(any_of(digits.strange, rng).strokes, pen))
    sheet = _leaning(with_surroundings(put_together(glyphs, pen, rng), others, pen, rng), rng)
    return degrade(255 - sheet, rng), text


def random_number(rng: np.random.Generator, digits: Sequence[int] = DIGITS) -> str:
    """Return one to twelve of these digits; as in amounts, many end in zeros."""
    length = int(rng.integers(1, MOST_DIGITS + 1)) if rng.uniform() < ANY_LENGTH else int(rng.integers(2, 7))
    text = "".join(str(digit) for digit in rng.choice(np.array(digits), length))
    if 0 in digits and rng.uniform() < 0.25:
        zeros = min(max(1, length - 1), int(rng.integers(1, 5)))
        text = text[: length - zeros] + "0" * zeros
    return text


def _leaning(sheet: Grey, rng: np.random.Generator) -> Grey:
    """Shear, stretch and turn the line a little, as its writer leans and its paper lies."""
    height, width = sheet.shape
    lean, stretch, turn = rng.normal(0.15, 0.2), np.exp(rng.normal(0.0, 0.15)), rng.normal(0.0, 0.02)
    room = abs(lean) * height
    matrix = np.array([[stretch, -lean, max(lean, 0.0) * height + 4], [turn, 1.0, -turn * width / 2 + 8]])
    size = int(width * stretch + room + 8), height + 16
    return np.asarray(cv2.warpAffine(sheet, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _segmented(image: Grey, text: str) -> LineSample | None:
    try:
        page = segment(image)
    except NoInk:
        return None
    return LineSample(strip(page, page.lines[0]).image, text) if len(page.lines) == 1 else None
