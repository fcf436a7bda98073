"""Recorded pen strokes (UNIPEN, UCI pendigits) -> samples, drawn as a person draws on a canvas with any pen."""

import gzip
import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import Part, Samples, part_of
from hwr_core.datasets.styles import with_habit
from hwr_core.datasets.unreadable import strokes_are_readable
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT

CANVAS = 280

READS_AS_A_DIGIT = frozenset([*"OISZosilzbgqy|/>!()[],'`", r"\\"])
"""Letters and marks that anybody may read as a digit: neither taught as one nor as none."""

STRAIGHT, STRAIGHT_LETTER = 0.08, 0.12
"""A recording is a straight bar up to this ratio of its spreads across and along: a digit's, and a letter's or mark's,
each of whose strokes may lean."""

LYING, JOINED = 1.5, 0.95
"""A bar that is more than so many times as wide as high is a dash, and one whose strokes cover less than the second
share of its height has a dot; others read as a 1."""

CHUNK = 500


@dataclass(frozen=True, slots=True)
class PenRange:
    """What a drawing on a 280 px canvas may vary in: pen width (px), share filled, turn (degrees), shear, stretch."""

    width: tuple[float, float] = (5.0, 30.0)
    fill: tuple[float, float] = (0.3, 0.9)
    turn: float = 0.0
    shear: float = 0.0
    stretch: float = 0.0
    habits: bool = False
    """Whether strokes are added that other schools teach, such as the slash of a zero."""


PLAIN = PenRange()
"""What people do, nothing more: to evaluate with."""

VARIED = PenRange(width=(6.4, 36.4), fill=(0.25, 0.95), turn=10.0, shear=0.2, stretch=0.2, habits=True)
"""What people do and a little beyond: to train on."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded character: its label (0-9 or NOT_A_DIGIT) and strokes, y downwards."""

    label: int
    strokes: Strokes


def read_recordings(file: Path, part: Part) -> Iterator[Recording]:
    """Yield the recordings of one part, without damaged ones and marks that read as a digit without being one."""
    return (recording for _, recording in _recordings(file, part) if _shows_its_label(recording))


def left_out(file: Path, part: Part) -> Iterator[tuple[str, Recording]]:
    """Yield with its label each recording that `read_recordings` leaves out for what it shows, not for its label."""
    return ((label, recording) for label, recording in _recordings(file, part) if not _shows_its_label(recording))


def recordings_of(file: Path, part: Part, labels: AbstractSet[str]) -> Iterator[Recording]:
    """Yield the recordings of one part that `read_recordings` yields, if their labels in the file are among these."""
    found = _recordings(file, part)
    return (recording for label, recording in found if label in labels and _shows_its_label(recording))


def labelled_recordings(file: Path, part: Part) -> Iterator[tuple[str, Recording]]:
    """Yield all recordings of one part with their labels in the file, whatever else they may be read as."""
    return _recordings(file, part, without=frozenset())


def _recordings(
    file: Path, part: Part, without: AbstractSet[str] = READS_AS_A_DIGIT
) -> Iterator[tuple[str, Recording]]:
    flip = np.array([1.0, -1.0 if "pendigits" in file.name else 1.0], np.float32)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            label = str(row["label"])
            if part_of(f"{row['writer']}") is part and label not in without:
                strokes = [np.asarray(stroke, np.float32).reshape(-1, 2) * flip for stroke in row["strokes"]]
                yield label, Recording(int(label) if label.isdigit() else NOT_A_DIGIT, strokes)


def _shows_its_label(recording: Recording) -> bool:
    return is_whole(recording) and strokes_are_readable(recording.strokes)


def is_whole(recording: Recording) -> bool:
    """Tell whether a recording shows what its label says: a few of UNIPEN lost all but a bar, which reads as a 1."""
    if recording.label == NOT_A_DIGIT:
        return not (_is_bar(recording, STRAIGHT_LETTER) and _is_upright(recording) and _is_joined(recording))
    return recording.label == 1 or not _is_bar(recording, STRAIGHT)


def _is_bar(recording: Recording, most: float) -> bool:
    points = np.concatenate(recording.strokes)
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[-1] <= most * spread[0])


def _is_upright(recording: Recording) -> bool:
    wide, high = np.ptp(np.concatenate(recording.strokes), axis=0)
    return bool(wide <= LYING * high)


def _is_joined(recording: Recording) -> bool:
    """Tell a bar from dots above each other, as of a colon."""
    ends = sorted((float(stroke[:, 1].min()), float(stroke[:, 1].max())) for stroke in recording.strokes)
    covered, low = 0.0, ends[0][0]
    for top, bottom in ends:
        covered += max(0.0, bottom - max(top, low))
        low = max(low, bottom)
    return covered >= JOINED * (low - ends[0][0])


def draw_recordings(
    recordings: Sequence[Recording], *, times: int, pens: PenRange, seed: int, processes: int
) -> Iterator[Samples]:
    """Draw each recording so many times with pens of the range, and yield the drawings normalised."""
    chunks = [recordings[start : start + CHUNK] for start in range(0, len(recordings), CHUNK)] * times
    seeds = np.random.SeedSequence(seed).spawn(len(chunks))
    # Spawned, not forked: TensorFlow's threads may be running here, and a lock they hold would be held for ever there.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw_chunk, chunks, [pens] * len(chunks), seeds)


def _draw_chunk(recordings: Sequence[Recording], pens: PenRange, seed: np.random.SeedSequence) -> Samples:
    rng = np.random.default_rng(seed)
    return normalised_samples((draw_recording(recording, pens, rng), recording.label) for recording in recordings)


def draw_recording(recording: Recording, pens: PenRange, rng: np.random.Generator) -> Grey:
    """Draw one recording on a white 280 px canvas, anywhere on it, with a pen taken from the range."""
    strokes = with_habit(recording.label, recording.strokes, rng) if pens.habits else recording.strokes
    bend = _bend(pens, rng)
    placed = place(
        [stroke @ bend for stroke in strokes],
        side=CANVAS,
        fill=rng.uniform(*pens.fill),
        at=(rng.uniform(), rng.uniform()),
    )
    return draw(placed, side=CANVAS, pen=rng.uniform(*pens.width))


def side_by_side(recordings: Sequence[Recording], rng: np.random.Generator) -> Recording:
    """Return several digits written next to each other, close or touching, as one recording that is no digit."""
    strokes: list[NDArray[np.float32]] = []
    right = 0.0
    for recording in recordings:
        points = np.concatenate(recording.strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = rng.uniform(0.8, 1.2) / max(float(extent.max()), 1e-6)
        offset = np.array([right, rng.uniform(-0.15, 0.15)], np.float32)
        strokes += [((stroke - low) * scale + offset).astype(np.float32) for stroke in recording.strokes]
        right += float(extent[0]) * scale + rng.uniform(-0.08, 0.25)
    return Recording(NOT_A_DIGIT, strokes)


def _bend(pens: PenRange, rng: np.random.Generator) -> NDArray[np.float32]:
    """A random 2x2 matrix: turn, shear and stretch of the whole drawing."""
    angle = np.radians(rng.uniform(-pens.turn, pens.turn))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, 0.0], [rng.uniform(-pens.shear, pens.shear), 1.0]])
    stretch = np.diag(np.exp(rng.uniform(-pens.stretch, pens.stretch, 2)))
    return np.asarray(turn @ shear @ stretch, np.float32)
