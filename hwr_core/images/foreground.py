"""What of the ink is writing: no specks, no frames; and that alone, cut out."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.background import FRAME_BORDER
from hwr_core.images.binarise import LEAST_INK_PIXELS, Foreground, foreground_mask
from hwr_core.images.components import ACROSS, FRAME_SHARE, WIDE_BORDER, Components
from hwr_core.images.ruled_lines import CORNER
from hwr_core.images.types import Grey

SPECK_SHARE = 0.02
LEAST_REACH = 0.03
"""A spot is writing if it has this share of the largest spot's area and of the image's longer side."""

CLUSTER_GAP, CLUSTER_DENSITY = 0.012, 0.3
"""Spots that come within twice this share of the image's longer side of each other are judged together,
if so much of what they cover, widened by it, is ink: noise is sparser."""

LINE_WIDTH, LINE_ACROSS = 0.1, 0.9
"""A spot no wider than the first that reaches across the second share of the image is a line of its grid wherever it
lies; its ends may be gone with the lines that it met there."""

LEAST_FRAMED_REACH = 0.25
"""The frame and the next cell's writing are dropped if something of that share of the image's longer side is left."""


def clean_foreground(ink: Foreground, enhancement_level: float) -> Grey:
    """Return the mask (255 is ink, same shape) of what is written, without specks and the lines of a cell.

    Raises:
        NoInk: only those are there.
    """
    mask = foreground_mask(ink)
    components = Components.of(mask)
    least = max(SPECK_SHARE * max(enhancement_level, 1.0) * components.area.max(), LEAST_INK_PIXELS)
    large, reach = components.area >= least, components.reach
    kept = large & (reach >= LEAST_REACH)
    if components.area.size > 2:  # with the paper: more than one, so some may belong together
        kept |= _in_clusters(mask, components, least)
    if not kept.any():
        raise NoInk("There are only specks on the image, no writing.")
    if components.area.size == 2 and ink.flat_background:  # one, and it is no frame: nothing to part
        return mask
    inside = kept & ~_is_frame(components, grids=not ink.flat_background)
    if not ink.flat_background and not (inside & large).any():
        raise NoInk("There are only a frame or shadows at the image's edge, no writing.")
    if (reach[inside] >= LEAST_FRAMED_REACH).any():
        kept = inside
    return np.asarray(np.where(kept, 255, 0).astype(np.uint8)[components.labels])


def _is_frame(components: Components, *, grids: bool) -> NDArray[np.bool_]:
    """Which spots are the cell's frame, or the next cell's writing; with `grids` also lines that lie further in."""
    across = components.extent >= ACROSS
    frame = components.share_within(FRAME_BORDER) >= FRAME_SHARE
    if grids:
        line = (components.extent.min(axis=1) <= LINE_WIDTH) & (components.extent.max(axis=1) >= LINE_ACROSS)
        frame |= line | (across.any(axis=1) & (components.share_within(WIDE_BORDER) >= FRAME_SHARE))
    return np.asarray(frame & (~across.all(axis=1) | components.in_corners(CORNER)))


def _in_clusters(mask: Grey, components: Components, least: float) -> NDArray[np.bool_]:
    """Which spots lie close and dense enough together to be one stroke, faint or in halftone, of at least that area."""
    gap = 2 * max(1, round(CLUSTER_GAP * max(mask.shape))) + 1
    clusters = Components.of(np.asarray(cv2.dilate(mask, np.ones((gap, gap), np.uint8)), np.uint8))
    cluster = np.zeros(components.area.size, np.intp)
    cluster[components.labels.ravel()] = clusters.labels.ravel()
    cluster[0] = 0
    ink = np.bincount(cluster, components.area, minlength=clusters.area.size)
    is_stroke = (ink >= least) & (ink >= CLUSTER_DENSITY * clusters.area) & (clusters.reach >= LEAST_REACH)
    is_stroke[0] = False
    return np.asarray(is_stroke[cluster])


def cut_out(ink: Foreground, mask: Grey) -> Grey:
    """Return the written part alone (uint8, cropped to it): paper 0, full ink 255, soft edges kept."""
    left, top, width, height = cv2.boundingRect(mask)
    window = np.s_[top : top + height, left : left + width]
    written, strength = mask[window], ink.strength[window]
    full = max(float(cv2.mean(strength, written)[0]), 1.0)
    faintest = min(0.3 * ink.threshold, 0.5 * full)
    levels = np.clip((np.arange(256) - faintest) * (255.0 / (full - faintest)), 0, 255).astype(np.uint8)
    halo = cv2.dilate(written, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(cv2.LUT(strength, levels), halo), np.uint8)
