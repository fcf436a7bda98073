"""What lies around the paper on an image: dark objects at its edge, and the margin around a panel or a sheet."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.background import FRAME_BORDER
from hwr_core.images.components import FRAME_SHARE, Components
from hwr_core.images.geometry import SMALLEST_SIDE, edge_of
from hwr_core.images.types import Grey

GLANCE, LOOK = 48, 96
"""About so many pixels has the longer side of the thumbnails on which surroundings are ruled out, and looked for."""

LEAST_STEP = 40
"""Grey levels by which surroundings differ from the paper."""

DEEP = 4
"""Surroundings reach so many pixels of the first thumbnail into it, or leave a panel."""

LEAST_PANEL, MOSTLY_PANEL = 10, 0.7
"""A panel has sides of so many pixels of the first thumbnail, and this share of it is no stroke."""

LEAST_WIDTH, THICKER = 0.06, 1.6
"""Surroundings are as wide as the first share of the image's longer side, and so many times as wide as the strokes."""

SHARP = 0.5
"""Their edge is a step of at least this share of that difference within a few pixels; shading changes more slowly."""

LEAST_LENGTH, LEAST_REACH = 3.0, 0.12
"""A stroke is at least so many times as long as wide, which holes of digits are not, and has at least this share of the
image's longer side."""

FAINTEST = 0.4
"""Strokes have this share of the greatest contrast on the paper."""

MOSTLY = 0.6
"""Strokes are at least this share of what stands out of the paper: noise is more."""

MOST_AROUND, LEAST_FILLED = 0.45, 0.88
"""Surroundings that take more than the first share of the image, or half of its edge, leave a panel: it fills at least
the second share of its bounding box. The holes of a digit lie in a shape that does not."""

SOFT, FILL_SIGMA = 0.06, 0.12
"""Surroundings are widened by the first share of the image's longer side, for their soft edge and shadow. The paper is
continued into them by a Gaussian of the second."""

Mask = NDArray[np.bool_]


def without_surroundings(grey: Grey) -> Grey:
    """Return the image with the paper continued into what lies around it.

    An image stays as it is unless something thick touches its edge and strokes lie apart from that on the paper. One of
    few pixels stays too: strokes are as thick there as anything else.
    """
    if max(grey.shape) <= SMALLEST_SIDE or not _may_have_surroundings(grey):
        return grey
    small = reduced(grey, LOOK)
    _, dark = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    for mask in (dark, cv2.bitwise_not(dark)):
        around = _around(np.asarray(mask, np.uint8))
        strokes = None if around is None else _strokes(small, around)
        if around is not None and strokes is not None and _is_sharp(small, around.mask):
            return _filled(grey, small, around.mask, strokes)
    return grey


def reduced(grey: Grey, side: int) -> Grey:
    """Reduce by the smallest whole factor by which the longer side has at most so many pixels."""
    factor = -(-max(grey.shape) // side)
    size = (max(1, grey.shape[1] // factor), max(1, grey.shape[0] // factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _may_have_surroundings(grey: Grey) -> bool:
    """Tell at a glance whether a panel, or something deep at the edge, differs from the tone of the edge."""
    factor = -(-max(grey.shape) // GLANCE)
    glance = np.ascontiguousarray(grey[::factor, ::factor])
    edge = edge_of(glance)
    tone = np.sort(edge)[edge.size // 2]
    _, apart = cv2.threshold(cv2.absdiff(glance, np.full_like(glance, tone)), LEAST_STEP, 255, cv2.THRESH_BINARY)
    _, _, width, height = cv2.boundingRect(apart)
    if min(width, height) >= LEAST_PANEL and cv2.countNonZero(apart) >= MOSTLY_PANEL * width * height:
        return True
    return bool(edge_of(cv2.distanceTransform(apart, cv2.DIST_L1, 3)).max() >= DEEP)


class _Around(NamedTuple):
    """Where surroundings are, and how wide they are in pixels."""

    mask: Mask
    width: float


def _around(mask: Grey) -> _Around | None:
    """The thick components of a mask at its edge; None where there are none, or where they do not leave a paper."""
    depth = _depth(mask)
    thick = depth >= (LEAST_WIDTH * max(mask.shape) + 1) / 2
    if not thick.any():
        return None
    components = Components.of(mask)
    chosen = np.zeros(components.area.size, bool)
    chosen[components.labels[thick]] = True
    at_edge = np.zeros_like(chosen)
    at_edge[edge_of(components.labels)] = True
    around = (chosen & at_edge)[components.labels]
    if not around.any() or not _is_paper(~around):
        return None
    return _Around(around, 2.0 * float(depth[around].max()) - 1.0)


def _depth(mask: Grey) -> NDArray[np.float32]:
    """How many pixels from its outline each pixel of a mask lies, the edge of the image counting as outline."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=[0])
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L1, 3)[1:-1, 1:-1], np.float32)


def _is_paper(within: Mask) -> bool:
    """Tell a sheet or panel from the outline of a digit, which surrounds the digit's holes."""
    if within.mean() >= 1.0 - MOST_AROUND and edge_of(within).mean() >= 0.5:
        return True
    _, _, width, height = cv2.boundingRect(within.astype(np.uint8))
    return bool(within.sum() >= LEAST_FILLED * width * height)


def _is_sharp(small: Grey, around: Mask) -> bool:
    """Tell a thing with an outline from a shadow or dark corners."""
    mask = around.astype(np.uint8)
    near, far = _square(0.01, small), _square(0.06, small)
    outside = cv2.dilate(mask, far) > cv2.dilate(mask, near)
    inside = cv2.erode(mask, near) > cv2.erode(mask, far)
    if not (outside.any() and inside.any()):
        return False
    inverse = 1 - mask
    near_out, near_in, paper, within = (
        cv2.mean(small, which.astype(np.uint8))[0] for which in (outside, inside, inverse, mask)
    )
    return abs(paper - within) >= LEAST_STEP and abs(near_out - near_in) >= SHARP * abs(paper - within)


def _strokes(small: Grey, around: _Around) -> Mask | None:
    """The strokes on the paper, None where it has none."""
    paper = cv2.erode((~around.mask).astype(np.uint8), _square(0.02, small), borderValue=1) > 0
    if not paper.any():
        return None
    contrast = np.where(
        paper, cv2.absdiff(small, np.full_like(small, cv2.mean(small, paper.astype(np.uint8))[0])), 0
    ).astype(np.uint8)
    if contrast.max() < LEAST_STEP / 2:
        return None
    mask = np.where(contrast > FAINTEST * contrast.max(), 255, 0).astype(np.uint8)
    components = Components.of(mask)
    width = np.zeros(components.area.size)
    np.maximum.at(width, components.labels[mask > 0], 2.0 * _depth(mask)[mask > 0] - 1.0)
    stroke = (components.area >= LEAST_LENGTH * width**2) & (components.reach >= LEAST_REACH)
    stroke &= components.share_within(FRAME_BORDER) < FRAME_SHARE
    stroke[0] = stroke[edge_of(components.labels)] = False
    if not stroke.any() or components.area[stroke].sum() < MOSTLY * components.area.sum():
        return None
    return stroke[components.labels] if around.width >= THICKER * width[stroke].max() else None


def _square(share: float, image: Grey) -> Grey:
    """A kernel that reaches this share of the image's longer side, at least a pixel, each way."""
    side = 2 * max(1, round(share * max(image.shape))) + 1
    return np.ones((side, side), np.uint8)


def _filled(grey: Grey, small: Grey, around: Mask, strokes: Mask) -> Grey:
    """Continue the paper into the surroundings."""
    near_strokes = cv2.dilate(strokes.astype(np.uint8), _square(0.02, small)) > 0
    covered = around | ((cv2.dilate(around.astype(np.uint8), _square(SOFT, small)) > 0) & ~near_strokes)
    bare = ~covered & ~near_strokes
    if not bare.any():
        return grey
    sigma = FILL_SIGMA * max(small.shape)
    weight = cv2.GaussianBlur(bare.astype(np.float32), (0, 0), sigma)
    total = cv2.GaussianBlur((bare * small).astype(np.float32), (0, 0), sigma)
    paper = (total + 1e-3 * float(np.median(small[bare]))) / (weight + 1e-3)
    size = grey.shape[::-1]
    continued = np.asarray(cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR))
    where = cv2.resize(covered.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.where(where, np.round(continued), grey).astype(np.uint8)
