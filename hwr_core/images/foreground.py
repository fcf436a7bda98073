"""The foreground without specks and frames, and what is left of it, cut out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.background import FRAME_BORDER
from hwr_core.images.binarise import LEAST_PIXELS, Foreground
from hwr_core.images.components import ACROSS, FRAME_SHARE, WIDE_BORDER, Components
from hwr_core.images.ruled_lines import CORNER
from hwr_core.images.types import Grey

SPECK_SHARE = 0.02
LEAST_REACH = 0.03
"""A component is kept if it has the first share of the largest one's area and the second of the image's longer side."""

SHORT_STROKE, NEAR = 2, 0.9
"""On a flat background, which has no noise, a component of so many pixels is a short stroke of tiny writing if it comes
as near to what is kept as the second share of that one's longer side. Without it a Chinese 三 of ten pixels lost one of
its strokes, and a 千 became a 十."""

CLUSTER_GAP, CLUSTER_DENSITY = 0.012, 0.3
"""Components that come within twice the first share of the image's longer side of each other are judged together, if
they fill the second share of the area that they cover when widened by it: noise is sparser."""

LINE_WIDTH, LINE_ACROSS = 0.1, 0.9
"""A component no wider than the first share of the image that reaches across the second is a line of its grid wherever
it lies; its ends may be gone with the lines that it met there."""

STRAIGHT_FRAME = 0.15
"""A frame on a flat background reaches into a corner, or is at most so wide, as a share of the image. No arch is so."""

LEAST_FRAMED_REACH = 0.25
"""The frame and what belongs to the next cell are dropped if something with this share of the longer side is left."""


BESIDE, NARROW, MOSTLY = 0.15, 0.4, 0.8
"""A component at the left or right edge belongs to the next digit, which was cut off, if at most the first share of its
columns are shared with the largest that is kept and touches neither edge, and its width is at most the second share of
that one's longer side. All of them together are the third share of the foreground: noise is scattered."""


def clean_foreground(foreground: Foreground, enhancement_level: float) -> Grey:
    """Return the mask (255 is foreground, same shape) without specks, the lines of a cell and parts of other digits.

    Raises:
        NoInk: only those are there.
    """
    mask, components = foreground.mask, foreground.components
    least = max(SPECK_SHARE * max(enhancement_level, 1.0) * components.area.max(), LEAST_PIXELS)
    large, reach = components.area >= least, components.reach
    kept = large & (reach >= LEAST_REACH)
    if components.area.size > 2:  # more than one beside the background: some may belong together
        kept |= _in_clusters(mask, components, least)
        if foreground.flat_background and kept.any():
            kept |= _short_strokes(components, kept)
    if not kept.any():
        raise NoInk("The image contains only specks.")
    if components.area.size == 2 and foreground.flat_background:  # only one, and it is no frame
        return mask
    kept &= ~_is_of_neighbour(components, kept)
    inside = kept & ~_is_frame(components, grids=not foreground.flat_background)
    if not foreground.flat_background and not (inside & large).any():
        raise NoInk("The image contains only a frame or shadows at its edge.")
    if (reach[inside] >= LEAST_FRAMED_REACH).any():
        kept = inside
    return np.asarray(np.where(kept, 255, 0).astype(np.uint8)[components.labels])


def _is_frame(components: Components, *, grids: bool) -> NDArray[np.bool_]:
    """Which components are the cell's frame or belong to the next cell; with `grids` also lines that lie further in."""
    across = components.extent >= ACROSS
    frame = components.share_within(FRAME_BORDER) >= FRAME_SHARE
    if grids:
        line = (components.extent.min(axis=1) <= LINE_WIDTH) & (components.extent.max(axis=1) >= LINE_ACROSS)
        frame |= line | (across.any(axis=1) & (components.share_within(WIDE_BORDER) >= FRAME_SHARE))
    cornered = components.in_corners(CORNER)
    if not grids:
        frame &= cornered | (components.extent.min(axis=1) <= STRAIGHT_FRAME)
    return np.asarray(frame & (~across.all(axis=1) | cornered))


def _is_of_neighbour(components: Components, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which components are what is left of another digit at the side of a digit, which is one of those kept so far."""
    labels = components.labels
    found = np.zeros(components.area.size, bool)
    sides = [np.unique(column) for column in (labels[:, 0], labels[:, -1])]
    inner = np.where(kept, components.area, 0.0)
    inner[np.concatenate(sides)] = 0.0
    digit = int(inner.argmax())
    at_sides = np.setdiff1d(np.concatenate(sides), 0)
    if not inner[digit] or not at_sides.size:
        return found
    left, right = _columns(labels == digit)
    narrow = NARROW * float((components.extent[digit] * labels.shape[::-1]).max())
    for each in at_sides:
        first, last = _columns(labels == each)
        shared = min(last, right) - max(first, left) + 1
        found[each] = last - first + 1 <= narrow and shared <= BESIDE * (last - first + 1)
    is_most = components.area[found].sum() + components.area[digit] >= MOSTLY * components.area.sum()
    return np.asarray(found & is_most)


def _columns(component: NDArray[np.bool_]) -> tuple[int, int]:
    """The first and last column of a component."""
    columns = np.flatnonzero(component.any(axis=0))
    return int(columns[0]), int(columns[-1])


def _short_strokes(components: Components, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which components have fewer pixels than others need and are strokes all the same, near those kept so far."""
    area = components.area
    few = np.asarray((area >= max(SHORT_STROKE, SPECK_SHARE * area.max())) & (area < LEAST_PIXELS))
    if not few.any():
        return few
    left, top, width, height = cv2.boundingRect(kept[components.labels].astype(np.uint8))
    near = round(NEAR * max(width, height))
    around = components.labels[max(0, top - near) : top + height + near, max(0, left - near) : left + width + near]
    found = np.zeros(area.size, bool)
    found[np.unique(around)] = True
    return np.asarray(few & found)


def _in_clusters(mask: Grey, components: Components, least: float) -> NDArray[np.bool_]:
    """Which components are close and dense enough to be one stroke, faint or in halftone, of at least that area."""
    gap = 2 * max(1, round(CLUSTER_GAP * max(mask.shape))) + 1
    clusters = Components.of(np.asarray(cv2.dilate(mask, np.ones((gap, gap), np.uint8)), np.uint8))
    cluster = np.zeros(components.area.size, np.intp)
    cluster[components.labels.ravel()] = clusters.labels.ravel()
    cluster[0] = 0
    filled = np.bincount(cluster, components.area, minlength=clusters.area.size)
    is_stroke = (filled >= least) & (filled >= CLUSTER_DENSITY * clusters.area) & (clusters.reach >= LEAST_REACH)
    is_stroke[0] = False
    return np.asarray(is_stroke[cluster])


def cut_out(foreground: Foreground, mask: Grey) -> Grey:
    """Return what the mask shows (uint8, cropped to it): background 0, full strength 255, soft edges kept."""
    left, top, width, height = cv2.boundingRect(mask)
    window = np.s_[top : top + height, left : left + width]
    inside, strength = mask[window], foreground.strength[window]
    full = max(float(cv2.mean(strength, inside)[0]), 1.0)
    faintest = min(0.3 * foreground.threshold, 0.5 * full)
    levels = np.clip((np.arange(256) - faintest) * (255.0 / (full - faintest)), 0, 255).astype(np.uint8)
    halo = cv2.dilate(inside, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(cv2.LUT(strength, levels), halo), np.uint8)
