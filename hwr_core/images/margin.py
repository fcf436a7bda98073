"""A digit that was cropped to its ink gets a margin of its own paper, so that no stroke is taken for an edge.

What later stages look for at an image's edge, such as frames, ruled lines and dark objects, the strokes of such an
image resemble: its bars run from side to side.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.components import ACROSS, WIDE_BORDER, Components
from hwr_core.images.geometry import edge_of
from hwr_core.images.types import Grey

LOOK = 96
"""An image is looked at with at most so many pixels along its longer side."""

EVEN_EDGE = 8
"""An edge whose levels differ by no more than this is all paper."""

NEAR = 0.03
"""Ink reaches a side if it comes as near to it as this share of the longer side."""

MOST_INK_AT_EDGE, LEAST_MAIN = 0.68, 0.6
"""Ink covers at most the first share of the edge, and the component that reaches all sides is at least the second of
it: frames cover more, noise and textures hang together less."""

LEAST_APART = 0.72
"""The share of an image's variance that lies between ink and paper (Otsu, 1979); 0.64 in noise."""

CORNER, MOST_CORNERS = 0.08, 2
"""A digit comes near at most so many corners of its bounding box, a square of the first share of its shorter side."""

WHOLLY_IN_BORDER, ROUND = 0.9, 0.7
"""Two sides of a frame have the first share of their pixels in the wide border, meet in a corner, and have a convex
hull below the second share of the image: a ring or an arch goes around more."""

LONG_RUN, LINE_WIDTH, MOST_BARS = 0.5, 0.1, 1
"""The lines of a grid are made of straight runs of the first share of the image and are at most as wide as the second.
There are some in both directions, or more than the bar of a digit in one."""

STROKE = 0.22
"""Closing by so large a share of the image, to either side, removes strokes and leaves the paper's shading."""

MARGIN = 0.15
"""How wide the margin is, as a share of the longer side."""

CLEAR_OF_INK, LEAST_PAPER = 1 / 28, 0.02
"""Paper lies so far from ink, as a share of the longer side, if so large a share of the image is left."""

FLAT_PAPER = 0.15
"""Paper whose levels differ by at most this share of its contrast to the ink is of one tone."""

FILL_SIGMA = 0.12
"""Other paper is continued by a Gaussian of this share of the longer side."""


def with_margin(grey: Grey) -> Grey:
    """Return the image with a margin if its ink reaches all four sides, else as it is."""
    edge = edge_of(grey)
    if int(edge.max()) - int(edge.min()) <= EVEN_EDGE:
        return grey
    factor = -(-max(grey.shape) // LOOK)
    small = np.asarray(
        cv2.resize(grey, (-(-grey.shape[1] // factor), -(-grey.shape[0] // factor)), interpolation=cv2.INTER_AREA),
        np.uint8,
    )
    ink = _cropped_ink(small)
    if ink is None:
        ink = _cropped_ink(_without_shading(small))
    if ink is None:
        return grey
    return _continued(grey, np.asarray(cv2.resize(ink, grey.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8))


def _sides(ink: Grey | NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Where along each side ink comes near it."""
    near = max(2, round(NEAR * max(ink.shape)))
    rows, columns = (ink[:near], ink[-near:]), (ink[:, :near], ink[:, -near:])
    return [np.asarray(each.any(axis=axis)) for axis, pair in enumerate((rows, columns)) for each in pair]


def _cropped_ink(grey: Grey) -> Grey | None:
    """The ink of an image that was cropped to it, None where it was not."""
    ink = _ink(grey)
    sides = _sides(ink)
    if not all(side.any() for side in sides) or np.concatenate(sides).mean() > MOST_INK_AT_EDGE:
        return None
    components = Components.of(ink)
    main = int(components.area.argmax())
    hangs_together = components.area[main] >= LEAST_MAIN * components.area.sum()
    is_digit = hangs_together and _stands_out(grey, ink) and not _is_grid(ink, components, main)
    return ink if is_digit else None


def _is_grid(ink: Grey, components: Components, main: int) -> bool:
    """Tell the lines of a cell or of squared paper from a digit that reaches all sides."""
    shape = components.labels == main
    corners = _corners(shape)
    if corners > MOST_CORNERS or not all(side.any() for side in _sides(shape)):
        return True
    if corners and components.share_within(WIDE_BORDER)[main] >= WHOLLY_IN_BORDER and _hull(shape) < ROUND:
        return True
    rows, columns = _lines_across(ink), _lines_across(np.ascontiguousarray(ink.T))
    return max(rows, columns) > MOST_BARS or min(rows, columns) > 0


def _ink(grey: Grey) -> Grey:
    """The darker pixels, or the lighter ones where those take the corners: a digit seldom reaches into three."""
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    corners = np.count_nonzero(dark[[0, 0, -1, -1], [0, -1, 0, -1]])
    if corners > 2 or (corners == 2 and cv2.countNonZero(dark) > dark.size / 2):
        return np.asarray(cv2.bitwise_not(dark), np.uint8)
    return np.asarray(dark, np.uint8)


def _stands_out(grey: Grey, ink: Grey) -> bool:
    """Whether ink and paper differ by more than the halves of mere noise."""
    paper = cv2.bitwise_not(ink)
    share = cv2.countNonZero(ink) / ink.size
    apart = cv2.mean(grey, ink)[0] - cv2.mean(grey, paper)[0]
    spread = float(cv2.meanStdDev(grey)[1][0, 0])
    return share * (1.0 - share) * apart**2 >= LEAST_APART * spread**2


def _corners(digit: NDArray[np.bool_]) -> int:
    side = max(2, round(CORNER * min(digit.shape)))
    ends = (np.s_[:side], np.s_[-side:])
    return sum(bool(digit[rows, columns].any()) for rows in ends for columns in ends)


def _hull(shape: NDArray[np.bool_]) -> float:
    """The area of a shape's convex hull, as a share of the image."""
    points = cv2.findNonZero(shape.astype(np.uint8))
    assert points is not None, "a component has pixels"
    return cv2.contourArea(cv2.convexHull(points)) / shape.size


def _lines_across(ink: Grey) -> int:
    """How many thin straight lines run from the left to the right."""
    height, width = ink.shape
    run = np.ones((1, max(3, round(LONG_RUN * width))), np.uint8)
    lines = Components.of(np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, run), np.uint8))
    across = np.flatnonzero(lines.extent[:, 0] >= ACROSS)
    thickness = (np.count_nonzero(lines.labels == line, axis=0) for line in across)
    return sum(bool(np.median(each[each > 0]) <= max(2, LINE_WIDTH * height)) for each in thickness)


def _without_shading(grey: Grey) -> Grey:
    """The image as if its light were even, for dark ink: divided by its paper."""
    side = 2 * round(STROKE * max(grey.shape)) + 1
    paper = cv2.GaussianBlur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), (0, 0), side / 4)
    return np.asarray(cv2.divide(grey, paper, scale=255.0), np.uint8)


def _continued(grey: Grey, ink: Grey) -> Grey:
    """The image with its paper continued on all sides."""
    bare = _bare(ink)
    low, middle, high = (float(level) for level in np.quantile(grey[bare], (0.1, 0.5, 0.9)))
    ink_level = float(np.median(grey[ink > 0]))
    if high - low <= FLAT_PAPER * abs(middle - ink_level):
        return _framed(grey, round(high if middle > ink_level else low))
    sigma = FILL_SIGMA * max(grey.shape)
    weight, total = (
        cv2.GaussianBlur(_framed(each, 0).astype(np.float32), (0, 0), sigma)
        for each in (bare.astype(np.uint8), np.where(bare, grey, 0).astype(np.uint8))
    )
    paper = np.clip(np.round((total + 1e-3 * middle) / (weight + 1e-3)), 0, 255).astype(np.uint8)
    return np.where(_framed(np.ones_like(grey), 0), _framed(grey, 0), paper)


def _framed(image: Grey, level: int) -> Grey:
    margin = round(MARGIN * max(image.shape))
    return np.asarray(
        cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=[level]), np.uint8
    )


def _bare(ink: Grey) -> NDArray[np.bool_]:
    """Where the paper is, clear of the soft edges of ink as far as enough is left."""
    for reach in (max(1, round(CLEAR_OF_INK * max(ink.shape))), 1):
        bare = cv2.dilate(ink, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) == 0
        if bare.mean() >= LEAST_PAPER:
            return np.asarray(bare)
    return np.asarray(ink == 0)
