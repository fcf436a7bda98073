"""Synthetic lines of digits, put together from single ones and degraded like scans: to learn whole numbers from.

Nobody's lines are needed: the digits are those of the other data sets, of writers of one part only, and what becomes of
a line is what `segment` makes of it, as it does of a user's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

from hwr_core.datasets import mnist, strokes
from hwr_core.datasets.archives import images, rows
from hwr_core.datasets.corrupt import degrade
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import Part, Samples
from hwr_core.errors import DatasetMissing, InvalidValue, NoInk
from hwr_core.images.lines.segmentation import segment
from hwr_core.images.lines.strips import strip
from hwr_core.images.strokes import draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

DIGIT_HEIGHT = 64
"""Pixels that a digit is high, about, when a line is put together."""

MOST_DIGITS = 9
COUNTS = {Part.TRAINING: 30_000, Part.VALIDATION: 1_500, Part.TEST: 1_500}
"""Lines that are made of the digits of each part."""

CHUNK = 500
RECORDED = ("strokes-unipen.jsonl.gz", "strokes-pendigits.jsonl.gz")
SCANNED = "scanned-digits.zip"

PEN = (4.0, 11.0)
"""Pixels that a pen is wide."""

DRAWN, LINKED, STRANGE, PRINTED = 0.6, 0.2, 0.08, 0.15
"""Shares of lines that are drawn from recordings, of those whose digits are joined by strokes, of those with a sign on
them that is no digit, and of those above a printed line."""

RUN = 12
"""Pixels of a printed line that are there or not."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class LineSample:
    """What `hwr_core.images.lines.strips.strip` makes of a line, and the digits on it."""

    strip: Grey
    text: str


def made_lines(datasets: Path, part: Part, *, count: int, seed: int, processes: int) -> Iterator[LineSample]:
    """Yield about so many lines of digits by writers of one part; those that are lost in segmentation are left out.

    Args:
        datasets: the folder of open data sets; of strokes-unipen, strokes-pendigits, mnist and scanned-digits those are
            used that are there.
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
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    seeds = np.random.SeedSequence((seed, (*Part,).index(part))).spawn(len(sizes))
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_load, initargs=(datasets, part)
    ) as pool:
        for chunk in pool.map(make, sizes, seeds):
            yield from chunk


def confirm_digits(datasets: Path) -> None:
    """Raise DatasetMissing where no file is there whose digits lines could be put together from."""
    names = (*RECORDED, mnist.FILE, SCANNED)
    if not any((datasets / name).exists() for name in names):
        raise DatasetMissing(
            f"Lines are put together from the digits of {', '.join(names)}; the datasets folder (HWR_DATASETS_DIR) has "
            "none of them."
        )


@dataclass(frozen=True, slots=True)
class _Digits:
    """Single digits by label: recordings to be drawn with any pen, and images with ink bright."""

    recordings: dict[int, list[strokes.Recording]]
    images: dict[int, list[Grey]]
    strange: list[strokes.Recording]

    @property
    def has_recordings(self) -> bool:
        return any(self.recordings.values())

    @property
    def has_images(self) -> bool:
        return any(self.images.values())


_loaded: list[_Digits] = []
"""What a process of the pool makes its lines from."""


def _load(datasets: Path, part: Part) -> None:
    recorded = _recordings(datasets, RECORDED, part)
    samples = _images(datasets, part)
    _loaded.append(
        _Digits(
            {digit: [each for each in recorded if each.label == digit] for digit in DIGITS},
            {digit: list(samples.images[samples.labels == digit]) for digit in DIGITS},
            _recordings(datasets, ("strokes-symbols.jsonl.gz",), part),
        )
    )


def _recordings(datasets: Path, names: Sequence[str], part: Part) -> list[strokes.Recording]:
    files = [datasets / name for name in names]
    return [each for file in files if file.exists() for each in strokes.read_recordings(file, part)]


def _images(datasets: Path, part: Part) -> Samples:
    found = []
    if (file := datasets / mnist.FILE).exists():
        digits, labels = mnist.load_mnist(file, part)
        found.append(Samples(digits, labels))
    if (file := datasets / SCANNED).exists():
        found.append(normalised_samples(images(file, rows(file, part))))
    return Samples.join(found)


def _make(count: int, seed: np.random.SeedSequence) -> list[LineSample]:
    rng = np.random.default_rng(seed)
    made = (_segmented(*_line(_loaded[0], rng)) for _ in range(count))
    return [sample for sample in made if sample is not None]


def _make_images(count: int, seed: np.random.SeedSequence) -> list[tuple[Grey, str]]:
    rng = np.random.default_rng(seed)
    return [_line(_loaded[0], rng) for _ in range(count)]


def _line(digits: _Digits, rng: np.random.Generator) -> tuple[Grey, str]:
    if not (digits.has_recordings or digits.has_images):
        raise InvalidValue("No digit to put lines together from is by a writer of this part; more writers are needed.")
    drawn = digits.has_recordings and (rng.uniform() < DRAWN or not digits.has_images)
    pool: Mapping[int, Sequence[Any]] = digits.recordings if drawn else digits.images
    text = random_number(rng, [digit for digit in DIGITS if pool[digit]])
    pen = float(rng.uniform(*PEN))
    selected = [_any(pool[int(digit)], rng) for digit in text]
    glyphs = [_drawn(each, pen) if drawn else _as_high_as_a_digit(each) for each in selected]
    if digits.strange and rng.uniform() < STRANGE:  # a currency's sign, a letter
        glyphs.insert(int(rng.choice([0, len(glyphs)])), _drawn(_any(digits.strange, rng), pen))
    sheet = _leaning(put_together(glyphs, pen, rng), rng)
    return degrade(255 - sheet, rng), text


def random_number(rng: np.random.Generator, digits: Sequence[int] = DIGITS) -> str:
    """Return one to nine of these digits; as in amounts, many end in zeros."""
    length = int(rng.integers(1, MOST_DIGITS + 1)) if rng.uniform() < 0.3 else int(rng.integers(2, 7))
    text = "".join(str(digit) for digit in rng.choice(np.array(digits), length))
    if 0 in digits and rng.uniform() < 0.25:
        zeros = min(max(1, length - 1), int(rng.integers(1, 5)))
        text = text[: length - zeros] + "0" * zeros
    return text


def put_together(glyphs: Sequence[Grey], pen: float, rng: np.random.Generator) -> Grey:
    """Return glyphs (ink bright) on one line, close or touching, with dots, commas and dashes here and there.

    Args:
        glyphs: cropped to their bounding box, a digit about 64 pixels high.
        pen: width of the marks' strokes in pixels.
        rng: decides sizes and places.
    """
    high = 2 * DIGIT_HEIGHT
    base = int(1.4 * DIGIT_HEIGHT)
    usual_gap, spread = rng.uniform(-0.05, 0.3), rng.uniform(0.02, 0.12)
    marks, links, size = rng.uniform() < 0.5, rng.uniform() < LINKED, rng.uniform(0.0, 0.15)
    sheet = np.zeros((high, DIGIT_HEIGHT * (2 * len(glyphs) + 4)), np.uint8)
    right = float(DIGIT_HEIGHT)
    for number, glyph in enumerate(glyphs):
        digit = _shrunk(glyph, float(np.exp(np.clip(rng.normal(0.0, 0.02 + size), -0.7, 0.4))))
        height, width = digit.shape
        top = int(np.clip(base - height + DIGIT_HEIGHT * rng.normal(0.0, 0.06), 0, high - height))
        left = int(right)
        window = sheet[top : top + height, left : left + width]
        np.maximum(window, digit[:, : window.shape[1]], out=window)
        if links and number and rng.uniform() < 0.6:
            start = right - DIGIT_HEIGHT * rng.uniform(0.1, 0.3), base - DIGIT_HEIGHT * rng.uniform(0.3, 0.8)
            end = left + width * rng.uniform(0.1, 0.5), top + height * rng.uniform(0.05, 0.4)
            cv2.line(sheet, _point(start), _point(end), 255, max(2, round(0.8 * pen)), cv2.LINE_AA)
        right = left + width
        last = number == len(glyphs) - 1
        if marks and rng.uniform() < (0.6 if last else 0.15):
            right = _mark(sheet, (right + DIGIT_HEIGHT * rng.uniform(0.05, 0.2), base), pen, rng, last=last)
        right += DIGIT_HEIGHT * rng.normal(usual_gap, spread)
    sheet = sheet[:, : int(min(sheet.shape[1], right + DIGIT_HEIGHT))]
    if rng.uniform() < PRINTED:
        _print_line(sheet, base, rng)
    return sheet


def _print_line(sheet: Grey, base: int, rng: np.random.Generator) -> None:
    """Put what is left of a printed line under the digits, broken and of any strength."""
    row = base + int(DIGIT_HEIGHT * rng.uniform(0.0, 0.3))
    line = sheet[row : row + int(rng.integers(1, 4))]
    runs = np.repeat(rng.uniform(size=1 + sheet.shape[1] // RUN) < rng.uniform(0.3, 1.0), RUN)[: sheet.shape[1]]
    np.maximum(line, (runs * rng.uniform(60, 255)).astype(np.uint8), out=line)


def _mark(sheet: Grey, at: tuple[float, int], pen: float, rng: np.random.Generator, *, last: bool) -> float:
    """Put a dot, a comma or a dash at a place of a line and return where it ends."""
    width = max(2, round(pen))
    left, base = at
    start = np.array([left, base + DIGIT_HEIGHT * rng.uniform(-0.08, 0.08)])
    kind = rng.choice(["dot", "comma", "dash", "dashes"] if last else ["dot", "comma", "dash"])
    if kind == "dot":
        cv2.circle(sheet, _point(start), max(1, round(width * rng.uniform(0.5, 0.9))), 255, -1, cv2.LINE_AA)
        return left + width
    if kind == "comma":
        end = start + DIGIT_HEIGHT * np.array([rng.uniform(-0.15, 0.0), rng.uniform(0.12, 0.35)])
        cv2.line(sheet, _point(start), _point(end), 255, width, cv2.LINE_AA)
        return left + width
    length = DIGIT_HEIGHT * rng.uniform(0.25, 1.2 if last else 0.5)
    for rise in (0.35, 0.55) if kind == "dashes" else (rng.uniform(0.2, 0.7),):
        start = np.array([left, base - DIGIT_HEIGHT * rise])
        end = start + np.array([length, DIGIT_HEIGHT * rng.normal(0.0, 0.06)])
        cv2.line(sheet, _point(start), _point(end), 255, width, cv2.LINE_AA)
    return left + length


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


def _drawn(recording: strokes.Recording, pen: float) -> Grey:
    side = DIGIT_HEIGHT + 24
    placed = place(recording.strokes, side=side, fill=DIGIT_HEIGHT / side)
    return _as_high_as_a_digit(255 - draw(placed, side=side, pen=pen))


def _as_high_as_a_digit(glyph: Grey) -> Grey:
    """Crop a glyph to its bounding box and make it as high as a digit is, or as wide where it is wider than high."""
    left, top, width, height = cv2.boundingRect(np.asarray(glyph > 60, np.uint8))
    cropped = glyph[top : top + max(1, height), left : left + max(1, width)]
    return _shrunk(cropped, DIGIT_HEIGHT / max(cropped.shape[0], cropped.shape[1] / 1.1))


def _shrunk(glyph: Grey, share: float) -> Grey:
    size = max(1, round(glyph.shape[1] * share)), max(1, round(glyph.shape[0] * share))
    return np.asarray(cv2.resize(glyph, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _any(items: Sequence[Item], rng: np.random.Generator) -> Item:
    return items[int(rng.integers(len(items)))]


def _point(at: np.ndarray | tuple[float, float]) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))
