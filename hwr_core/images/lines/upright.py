"""A place on a page -> a page of its own that holds the one number, upright and cleared of everything else."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.binarise import Foreground
from hwr_core.images.lines.finding import Place
from hwr_core.images.lines.page import Affine, Line, Page, Part, chained
from hwr_core.images.types import Grey

DIGIT = 40
"""Pixels that digits are high, once a number is upright."""

MARGIN = 1.0
"""Around a number, as a share of its height."""

TALL_ENOUGH = 0.4
"""Parts of this share of a number's height or more say how high its digits are."""

FAINT = 0.3
"""What stands out of the background by less than this share of what the ink does counts as background."""


def upright(grey: Grey, ink: NDArray[np.float32], place: Place, to_input: Affine) -> Page | None:
    """Return a number as a page, None where no ink is left.

    Args:
        grey: the page, uint8.
        ink: how probable ink is at each of its pixels, 0 to 1.
        place: of the number.
        to_input: from pixels of `grey` to those of the input, an affine matrix [2, 3].
    """
    scale = min(DIGIT / place.height, 2.0)
    margin = MARGIN * place.height
    rows, columns = place.ink
    way = np.array(place.way)
    normal = np.array([-way[1], way[0]])
    along, across = columns * way[0] + rows * way[1], columns * normal[0] + rows * normal[1]
    left, top = along.min() - margin, across.min() - margin
    size = int((along.max() - left + margin) * scale) + 1, int((across.max() - top + margin) * scale) + 1
    back = np.column_stack([way / scale, normal / scale, left * way + top * normal])
    window, corner = _around(rows, columns, round(2 * margin), grey.shape)
    within = back - np.column_stack([np.zeros((2, 2)), corner])
    flags = (cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    near = np.ascontiguousarray(ink[window])
    mine = np.zeros_like(near)
    mine[rows - corner[1], columns - corner[0]] = ink[rows, columns]
    paper = np.ascontiguousarray(grey[window])
    seen = np.asarray(cv2.warpAffine(paper, within, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    cover = np.asarray(cv2.warpAffine(mine, within, size, flags=flags), np.float32)
    others = np.asarray(cv2.warpAffine(near, within, size, flags=flags), np.float32)
    mask = np.asarray(cover > 0.45, np.uint8)
    if not mask.any():
        return None
    foreground = Foreground(_strength(seen, mask, others > 0.3, DIGIT), 127.0, flat_background=False)
    parts = _parts(mask)
    tall = [part.box[3] for part in parts if part.box[3] >= TALL_ENOUGH * place.height * scale]
    height = float(np.median(tall)) if tall else place.height * scale
    return Page(foreground, (Line(tuple(parts), height),), chained(back, to_input))


def _around(
    rows: NDArray[np.intp], columns: NDArray[np.intp], margin: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[int, int]]:
    """The window of a page around some pixels, and its left and upper edge."""
    top, left = max(0, int(rows.min()) - margin), max(0, int(columns.min()) - margin)
    bottom, right = min(shape[0], int(rows.max()) + margin + 1), min(shape[1], int(columns.max()) + margin + 1)
    return (slice(top, bottom), slice(left, right)), (left, top)


def _parts(mask: Grey) -> list[Part]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    parts = []
    for number in range(1, count):
        left, top, width, height = (int(side) for side in stats[number, :4])
        rows, columns = np.nonzero(labels[top : top + height, left : left + width] == number)
        parts.append(Part(rows + top, columns + left))
    return sorted(parts, key=lambda part: part.box[0] + part.box[2] / 2)


def _strength(seen: Grey, mask: Grey, others: NDArray[np.bool_], height: float) -> Grey:
    """How strongly ink stands out of the paper around it: 255 where it does fully, 0 where nothing is written."""
    bare = np.where(others | (cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0), 0.0, 1.0).astype(np.float32)
    sigma = 0.4 * height
    weight = cv2.GaussianBlur(bare, (0, 0), sigma) + 1e-3
    paper = (cv2.GaussianBlur(seen * bare, (0, 0), sigma) + 1e-3 * float(seen.mean())) / weight
    darker = paper - seen.astype(np.float32)
    inside = mask > 0
    if darker[inside].mean() < 0:
        darker = -darker
    full = max(float(np.quantile(darker[inside], 0.7)), 4.0)
    levels = np.clip((darker / full - FAINT) / (1 - FAINT), 0.0, 1.0)
    soft = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return np.asarray(np.where(soft > 0, np.maximum(levels, 0.55 * inside) * 255, 0), np.uint8)
