"""Images to try things out with, made of the ten hand-made digits: what people send, in small."""

from collections.abc import Mapping

import numpy as np

from hwr_core.datasets.handmade import hand_made, hand_made_strokes
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey

SIDE = 280
FILL = 0.7
"""The longer side of a digit as a share of what it has of the sheet."""
LINES, RULE = 40, 190
"""Pixels from one ruled line to the next, and how dark they are."""


def example_digits() -> Mapping[str, bytes]:
    """Return PNG files of one digit each, and of a scribble, by their names."""
    faint = _on_paper(hand_made(4, side=SIDE, pen=7, fill=0.4, at=(0.2, 0.7)))
    blue = np.full((SIDE, SIDE, 3), (20, 60, 120), np.uint8)
    blue[hand_made(3, side=SIDE) < 128] = 255
    ruled = np.full((SIDE, SIDE), 255, np.uint8)
    ruled[LINES::LINES] = RULE
    scribble = np.random.default_rng(4).uniform(60, 220, (14, 2)).astype(np.float32)
    images = {
        "black on white.png": hand_made(7, side=SIDE),
        "white on blue.png": blue,
        "faint pencil.png": faint,
        "on ruled paper.png": np.minimum(ruled, hand_made(5, side=SIDE, pen=14)),
        "a scribble.png": draw([scribble], side=SIDE, pen=10),
    }
    return {name: as_png(image) for name, image in images.items()}


def example_numbers() -> Mapping[str, bytes]:
    """Return PNG files of numbers, on one line and on two, by their names."""
    return {"a number.png": as_png(_line("20486")), "two lines.png": as_png(np.vstack([_line("1970"), _line("3358")]))}


def example_strokes(text: str, *, width: int, height: int) -> Strokes:
    """Return the pen strokes of digits side by side in the middle of a sheet.

    Args:
        text: one digit or several, 0 to 9.
        width: of the sheet in the unit of the strokes, such as pixels.
        height: likewise.
    """
    rng = np.random.default_rng([*map(int, text)])  # each in a hand of its own, and always in the same
    side = min(width / len(text), height)
    start = np.array([(width - side * len(text)) / 2, (height - side) / 2], np.float32)
    return [
        stroke + start + np.array([number * side, 0], np.float32)
        for number, digit in enumerate(text)
        for stroke in place(hand_made_strokes(int(digit), rng), side=round(side), fill=FILL)
    ]


def _line(text: str) -> Grey:
    """Digits beside each other."""
    return np.hstack([hand_made(int(digit), side=120, pen=8) for digit in text])


def _on_paper(drawn: Grey) -> Grey:
    """Pencil on grey paper, on which a shadow falls from the left."""
    paper = np.linspace(170, 225, drawn.shape[1], dtype=np.float32)[None]
    return np.asarray(paper - (255 - drawn.astype(np.float32)) * 0.3, np.uint8)
