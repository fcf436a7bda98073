"""Printed lines in the foreground: frames of cells, and the lines of ruled and squared paper."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.binarise import Foreground
from hwr_core.images.components import ACROSS, WIDE_BORDER, Components
from hwr_core.images.types import Grey

WHOLLY, FROM_EDGE_TO_EDGE, CORNER, STRAIGHT = 0.98, 0.99, 0.08, 0.12
"""A component with the first share of its pixels in the wide border is a frame on any background, if it runs along one
side from edge to edge (the second share), or along several and so near to a corner (the third): a round digit that was
cropped to its bounding box does not. Along one side it is straight, at most as wide as the fourth share of the image,
or as near to a corner: half a ring is neither."""

LINE_RUN, LINE_WIDTH_ON_PAPER, LINE_LEVEL, LEAST_BARE = 0.15, 0.04, 0.7, 8
"""A ruled line is made of straight runs of the first share of the image and is at most as wide as the second. Its own
strength is the quantile at the third share, where nothing is written over it; at least so many pixels must be bare."""


ONE_ALONE, ONE_BESIDE, ONE_STRONGER = 0.1, 0.25, 1.25
"""An upright line is a 1 if it is the only one, at most the first share of the foreground is left without it, it keeps
the second share of the width from both sides, and is by the third factor stronger than the lines that cross it."""


def remove_ruled_lines(foreground: Foreground) -> Foreground:
    """Take frames, and the lines of ruled or squared paper, out of the foreground.

    Where a stroke crosses a line, the stroke's own strength is left. An upright line with nothing beside it is a 1.
    """
    components = foreground.components
    if not (components.extent >= ACROSS).any():
        return foreground
    strength, mask = _without_frame(foreground.strength, foreground.mask, components)
    without_rows = _without_rows(strength, mask)
    both = _without_rows(np.ascontiguousarray(without_rows.T), np.ascontiguousarray(mask.T)).T
    if np.count_nonzero(both > foreground.threshold) <= ONE_ALONE * cv2.countNonZero(mask):
        both = without_rows if _is_one(strength, mask) else both
    return replace(foreground, strength=np.ascontiguousarray(both))


def _is_one(strength: Grey, mask: Grey) -> bool:
    """Tell a 1 that was written from edge to edge from a line of the paper: there is no other upright line."""
    columns, rows = _rows_of(np.ascontiguousarray(mask.T)).T, _rows_of(mask)
    places = np.unique(np.nonzero(columns)[1])
    if not places.size or np.diff(places).max(initial=1) > 1:
        return False
    only, crossing = (float(np.median(strength[lines])) if lines.any() else 0.0 for lines in (columns, rows & ~columns))
    beside = min(places.mean(), mask.shape[1] - 1 - places.mean())
    return bool(beside >= ONE_BESIDE * mask.shape[1] and only >= ONE_STRONGER * crossing)


def _rows_of(mask: Grey) -> NDArray[np.bool_]:
    """Where straight lines run from left to right."""
    lines = _straight_runs(mask)
    return np.asarray((lines.extent[:, 0] >= ACROSS)[lines.labels])


def _straight_runs(mask: Grey) -> Components:
    run = np.ones((1, max(3, round(LINE_RUN * mask.shape[1]))), np.uint8)
    return Components.of(np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, run), np.uint8))


def _without_frame(strength: Grey, mask: Grey, components: Components) -> tuple[Grey, Grey]:
    """Remove components that lie wholly in the border and run along it."""
    both_ways = (components.extent >= ACROSS).all(axis=1)
    cornered, straight = components.in_corners(CORNER), components.extent.min(axis=1) <= STRAIGHT
    edge_to_edge = components.extent.max(axis=1) >= FROM_EDGE_TO_EDGE
    along = np.where(both_ways, cornered, edge_to_edge & (cornered | straight))
    frame = along & (components.share_within(WIDE_BORDER) >= WHOLLY)
    frame[0] = False
    if not frame.any():
        return strength, mask
    wiped = cv2.dilate(np.where(frame, 255, 0).astype(np.uint8)[components.labels], np.ones((5, 5), np.uint8))
    return np.where(wiped, 0, strength).astype(np.uint8), np.where(wiped, 0, mask).astype(np.uint8)


def _without_rows(strength: Grey, mask: Grey) -> Grey:
    """Lower the strength along each thin straight line that runs from left to right, by the line's own strength."""
    height, width = mask.shape
    lines = _straight_runs(mask)
    out = strength.copy()
    for line in np.flatnonzero(lines.extent[:, 0] >= ACROSS):
        rows, columns = np.nonzero(lines.labels == line)
        thickness = np.bincount(columns, minlength=width)
        usual = float(np.median(thickness[thickness > 0]))
        bare = (thickness > 0) & (thickness <= usual)  # elsewhere strokes run into it
        if usual > LINE_WIDTH_ON_PAPER * height or np.count_nonzero(bare) < LEAST_BARE:
            continue
        middle = np.bincount(columns, rows, minlength=width) / np.maximum(thickness, 1)
        course = np.polyval(np.polyfit(np.flatnonzero(bare), middle[bare], 1), np.arange(width))
        own = float(np.quantile(strength[rows[bare[columns]], columns[bare[columns]]], LINE_LEVEL))
        reach = usual / 2 + 1
        first, last = max(0, int(course.min() - reach)), min(height, int(course.max() + reach) + 1)
        window = out[first:last]
        along = np.abs(np.arange(first, last)[:, None] - course) <= reach
        window[along] = np.clip(strength[first:last][along] - own, 0, 255).astype(np.uint8)
    return out
