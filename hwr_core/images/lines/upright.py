"""A place on a page -> a page of its own that holds the one number, upright and cleared of everything else."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.binarise import Foreground
from hwr_core.images.lines.finding import Place
from hwr_core.images.lines.page import Affine, Line, Page, chained, parts_of
from hwr_core.images.types import Grey

DIGIT = 40
"""Pixels that digits are high, once a number is upright."""

MARGIN, BESIDE = 1.0, 0.4
"""Above and below a number, and at its ends, as shares of its height."""

MOST_PARTS = 200
"""Of the ink of one number; the smallest of more are noise."""

TALL_ENOUGH = 0.4
"""Parts of this share of a number's height or more say how high its digits are."""

COARSER, WIDEST_STROKE = 4, 0.5
"""The paper is looked at on pixels so many times as large; no stroke is wider than this share of a digit's height."""

INK_LEVEL = 200.0
"""How bright ink of the usual strength is where all is shown that stands out."""

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
    margin, beside = MARGIN * place.height, BESIDE * place.height
    rows, columns = place.ink
    way = np.array(place.way)
    normal = np.array([-way[1], way[0]])
    along, across = columns * way[0] + rows * way[1], columns * normal[0] + rows * normal[1]
    middle = float(np.array(place.centre) @ way)
    left = min(float(along.min()), middle - place.length / 2) - beside
    right = max(float(along.max()), middle + place.length / 2) + beside
    top, bottom = float(across.min()) - margin, float(across.max()) + margin
    size = int((right - left) * scale) + 1, int((bottom - top) * scale) + 1
    back = np.column_stack([way / scale, normal / scale, left * way + top * normal])
    corners = np.outer((left, left, right, right), way) + np.outer((top, bottom, top, bottom), normal)
    window, corner = _around(corners, grey.shape)
    within = back - np.column_stack([np.zeros((2, 2)), corner])
    flags = (cv2.INTER_AREA if scale < 0.7 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
    mine = np.zeros_like(ink[window])
    mine[rows - corner[1], columns - corner[0]] = ink[rows, columns]
    paper = np.ascontiguousarray(grey[window])
    seen = np.asarray(cv2.warpAffine(paper, within, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    cover = np.asarray(cv2.warpAffine(mine, within, size, flags=flags), np.float32)
    mask = np.asarray(cover > 0.45, np.uint8)
    if not mask.any():
        return None
    share = _share_of_ink(seen, mask)
    foreground = Foreground(_strength(share, mask), 127.0, flat_background=False)
    parts, _ = parts_of(mask, MOST_PARTS)
    parts.sort(key=lambda part: part.box[0] + part.box[2] / 2)
    tall = [part.box[3] for part in parts if part.box[3] >= TALL_ENOUGH * place.height * scale]
    height = float(np.median(tall)) if tall else place.height * scale
    standing_out = np.asarray(np.clip(share * INK_LEVEL, 0, 255), np.uint8)
    return Page(foreground, (Line(tuple(parts), height),), chained(back, to_input), seen=standing_out)


def _around(points: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[int, int]]:
    """The window of a page around some points, x and y, and its left and upper edge."""
    first, last = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0)) + 1
    left, top = max(0, int(first[0])), max(0, int(first[1]))
    right, bottom = min(shape[1], int(last[0])), min(shape[0], int(last[1]))
    return (slice(top, bottom), slice(left, right)), (left, top)


def _share_of_ink(seen: Grey, mask: Grey) -> NDArray[np.float32]:
    """How far each pixel stands out of the paper around it: 1 where it does as ink does, 0 where nothing is written."""
    inside = mask > 0
    beside = (cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 0) & (cv2.dilate(mask, np.ones((3, 3), np.uint8)) == 0)
    is_dark = not beside.any() or np.median(seen[beside]) >= np.median(seen[inside])
    levels = seen if is_dark else np.asarray(255 - seen, np.uint8)
    darker = _paper(levels) - levels
    return np.asarray(darker / max(float(np.quantile(darker[inside], 0.7)), 4.0), np.float32)


def _paper(levels: Grey) -> NDArray[np.float32]:
    """The paper under dark ink: what no stroke of a digit is as wide as to hide, by closing; float32 of one shape."""
    height, width = levels.shape
    fewer = max(1, width // COARSER), max(1, height // COARSER)
    small = cv2.resize(levels, fewer, interpolation=cv2.INTER_AREA)
    side = round(WIDEST_STROKE * DIGIT / COARSER)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    even = cv2.GaussianBlur(closed.astype(np.float32), (0, 0), side / 2)
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _strength(share: NDArray[np.float32], mask: Grey) -> Grey:
    """How strongly ink stands out, 0 to 255: 0 beside it, and at least 140 where it is."""
    levels = np.clip((share - FAINT) / (1 - FAINT), 0.0, 1.0)
    soft = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    return np.asarray(np.where(soft > 0, np.maximum(levels, 0.55 * (mask > 0)) * 255, 0), np.uint8)
