"""The background of an image: of one tone, or with light, shadows and colour of its own."""

import cv2
import numpy as np

from hwr_core.images.geometry import edge_of
from hwr_core.images.histogram import histogram, inner, median_level
from hwr_core.images.types import Grey

THUMBNAIL = 48
BACKGROUND_WINDOW = 25

SAME_TONE = 3
EVEN_EDGE = 0.6
"""An edge with at least this share of its pixels within so many grey levels of their median shows a background of one
tone; the rest of it is foreground that runs up to the edge."""

BARE_SHARE, BEYOND_BACKGROUND = 0.1, 0.01
"""So does any edge whose tone is that of so large a share of the image, while at most so small a share lies beyond that
tone: a background that no camera saw, and a foreground that was cropped to its bounding box."""

LEAST_BACKGROUND, FRAME_TONE, FRAME_CONTRAST = 0.3, 12, 40
"""An even edge is a frame and not background if a smaller share of the image is within so many grey levels of its tone,
and most of the image is so many grey levels lighter."""

FRAME_BORDER = 0.12
"""A cell's frame lies within this share of an image's sides."""


def estimate_background(grey: Grey, enhancement_level: float) -> Grey:
    """Return the background alone, same shape as the image: one tone where the edge is even, else a local median."""
    edge = edge_of(grey)
    tone = int(np.sort(edge)[edge.size // 2])
    even = np.count_nonzero(np.abs(edge.astype(np.int16) - tone) <= SAME_TONE) >= EVEN_EDGE * edge.size
    known = tone if even and not _is_cell(grey, tone) else _bare_tone(grey, tone)
    flat = np.full_like(grey, tone if known is None else known)
    if known is not None or enhancement_level == 0.0:
        return flat
    local = _local_median(grey)
    share = min(enhancement_level, 1.0)
    return np.asarray(cv2.addWeighted(local, share, flat, 1.0 - share, 0.0), np.uint8)


def _is_cell(grey: Grey, tone: int) -> bool:
    """Tell a dark frame of one tone around a light cell: hardly anything but the frame has its tone."""
    alike = _count_alike(grey, tone, FRAME_TONE)
    return alike < LEAST_BACKGROUND * grey.size and median_level(histogram(grey)) > tone + FRAME_CONTRAST


def _bare_tone(grey: Grey, edge_tone: int) -> int | None:
    """The background's tone in a cropped image: that of three corners, or else of the edge; None where neither is."""
    corners = np.sort(grey[[0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16))
    tones = [int(three[1]) for three in (corners[:3], corners[1:]) if three[2] - three[0] <= SAME_TONE]
    return next((tone for tone in (*tones, edge_tone) if _is_bare(grey, tone)), None)


def _is_bare(grey: Grey, tone: int) -> bool:
    """Tell a background of one tone, the lightest or darkest of the image: shading and grain go beyond it both ways."""
    alike = _count_alike(grey, tone, SAME_TONE)
    darker = cv2.countNonZero(cv2.inRange(grey, np.array(0), np.array(tone - SAME_TONE - 1)))
    beyond = min(darker, grey.size - alike - darker)
    return alike >= BARE_SHARE * grey.size and beyond <= BEYOND_BACKGROUND * grey.size


def _count_alike(grey: Grey, tone: int, within: int) -> int:
    return cv2.countNonZero(cv2.inRange(grey, np.array(tone - within), np.array(tone + within)))


def _local_median(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = THUMBNAIL / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    thumbnail = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    # The border takes the background next to it: a cell's dark frame would pass for background in the corners.
    rows, columns = within = inner(thumbnail.shape, FRAME_BORDER)
    median = cv2.medianBlur(np.ascontiguousarray(thumbnail[within]), BACKGROUND_WINDOW)
    whole = cv2.copyMakeBorder(median, rows.start, rows.start, columns.start, columns.start, cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(whole, (0, 0), 2.0)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
