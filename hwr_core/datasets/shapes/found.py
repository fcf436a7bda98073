"""Recordings whose outline is rare among their digit's, found by clustering: to be shown more often than they occur."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.strokes import Recording
from hwr_core.images.strokes import draw, place

SIDE, PEN = 40, 4.0
"""Pixels of the drawing that is compared."""

COARSE = 10
"""Pixels of its side after blurring, so that only the outline counts."""

KINDS = 24
"""Outlines that are told apart for each digit."""

ROUNDS = 10
"""How often the clusters are put right."""

ALONE = 4
"""Fewer recordings than this are no way of writing: they are damaged or labelled wrongly."""

COMMON = 0.035
"""An outline that more than this share of a digit's recordings have is not rare."""


def rare_recordings(recordings: Sequence[Recording]) -> list[Recording]:
    """Return the recordings of one digit whose outline few others share, but not those that stand alone."""
    if len(recordings) < KINDS * ALONE:
        return []
    kinds = _kinds(np.stack([_outline(each) for each in recordings]))
    counts = np.bincount(kinds, minlength=KINDS)[kinds]
    rare = (counts >= ALONE) & (counts <= COMMON * len(recordings))
    return [each for each, is_rare in zip(recordings, rare, strict=True) if is_rare]


def _kinds(outlines: NDArray[np.float32]) -> NDArray[np.intp]:
    """The number of the cluster of each outline, by k-means that begins with outlines far from each other."""
    middles = outlines[:1]
    for _ in range(KINDS - 1):
        farthest = _distances(outlines, middles).min(axis=1).argmax()
        middles = np.concatenate([middles, outlines[[farthest]]])
    for _ in range(ROUNDS):
        belongs = np.eye(KINDS, dtype=np.float32)[_distances(outlines, middles).argmin(axis=1)]
        middles = (belongs.T @ outlines) / np.maximum(belongs.sum(axis=0), 1.0)[:, None]
    return np.asarray(_distances(outlines, middles).argmin(axis=1), np.intp)


def _distances(outlines: NDArray[np.float32], middles: NDArray[np.float32]) -> NDArray[np.float32]:
    """The squared distances from each outline to each middle."""
    squares = (outlines**2).sum(axis=1)[:, None] + (middles**2).sum(axis=1)[None]
    return np.asarray(squares - 2 * outlines @ middles.T, np.float32)


def _outline(recording: Recording) -> NDArray[np.float32]:
    drawn = 255 - draw(place(recording.strokes, side=SIDE, fill=0.8), side=SIDE, pen=PEN)
    blurred = cv2.resize(cv2.GaussianBlur(drawn, (0, 0), 2.0), (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    return np.asarray(blurred.ravel() / np.float32(255.0), np.float32)
