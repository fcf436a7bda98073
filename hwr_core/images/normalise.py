"""Grey picture -> the 28x28 that the model reads: ink bright on black, in a 20 px box, centre of mass in the middle.

The target is MNIST's own geometry (LeCun et al., 1998, "Gradient-based learning applied to document recognition").
Each step is a pure function that a page or a notebook can show; `normalise` is their composition and nothing more.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import InvalidValue, NoInk
from hwr_core.records import Grey

SIDE = 28
BOX = 20

MAX_ENHANCEMENT = 3.0

WORKING_SIDE = 192
"""Pictures are reduced by a whole factor until their longer side is at most this."""

SMALLEST_SIDE = 56
"""Pictures whose longer side is below this are enlarged to it, so that a box can be placed between their pixels."""

THUMBNAIL = 48
PAPER_WINDOW = 25

LEAST_CONTRAST = 10.0
"""Ink fainter than this many grey levels below its paper is taken for the paper's own texture."""

LEAST_SNR = 3.5
"""Ink must stand out of the paper by this many times the paper's noise."""

SAME_TONE = 3
EVEN_EDGE = 0.6
"""An edge with that share of its pixels within so many grey levels of their median shows paper of one tone; the rest of
it is writing that runs up to the edge."""

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

LEAST_THRESHOLD, MOST_THRESHOLD = 0.2, 0.35
"""Otsu's threshold (1979) is held between these shares of the contrast: above, it would break faint strokes."""

LEAST_INK_PIXELS = 5
LEAST_INK_SHARE = 0.002
"""The contrast of a picture is the one that at least so many pixels, and such a share of them, reach."""

SPECK_SHARE = 0.02
LEAST_REACH = 0.03
"""A spot is writing if it has this share of the largest spot's area and of the picture's longer side."""

FRAME_BORDER = 0.12
FRAME_SHARE = 0.7
LEAST_FRAMED_REACH = 0.25
"""A spot with that share of its pixels in the outermost border is the cell's frame or the next cell's writing, and is
dropped if something of that share of the picture's longer side is left within it."""

ONLY_FRAME_SHARE = 0.95
"""On uneven paper, spots that all have that share of their pixels there are its frame or its shadows, nothing else."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink found on paper: `strength` (uint8, height x width, 0 is paper) and the `threshold` that parts them.

    `even_paper` says that the paper was taken for one flat tone.
    """

    strength: Grey
    threshold: float
    even_paper: bool


def normalise(grey: Grey, enhancement_level: float = 1.0) -> Grey:
    """Return the 28x28 (uint8, ink bright on black) that the model reads.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3. At 0 the paper is taken as one flat tone; up to 1 (the default) its shading is
            evened out more and more; above 1 the picture is smoothed too, and larger specks are wiped off (2 suits
            noisy photos).

    Raises:
        NoInk: blank paper or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    check_enhancement_level(enhancement_level)
    sized = resize_to_work(grey)
    smooth = denoise(sized, enhancement_level)
    ink = find_ink(smooth, estimate_paper(smooth, enhancement_level))
    return centre(fit_to_box(cut_out(ink, keep_writing(ink, enhancement_level))))


def check_enhancement_level(level: float) -> None:
    """Refuse a level that is no number from 0 to 3."""
    if not 0.0 <= level <= MAX_ENHANCEMENT:
        raise InvalidValue(f"enhancement_level is {level}; a number from 0 to {MAX_ENHANCEMENT:g} is allowed.")


def resize_to_work(grey: Grey) -> Grey:
    """Reduce a large picture, or enlarge a tiny one, to a size at which the later steps are quick and exact."""
    height, width = grey.shape
    longer = max(height, width)
    if longer < SMALLEST_SIDE:
        scale = SMALLEST_SIDE / longer
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    factor = -(-longer // WORKING_SIDE)
    if factor == 1:
        return grey
    size = (max(1, width // factor), max(1, height // factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def denoise(grey: Grey, enhancement_level: float) -> Grey:
    """Smooth by a Gaussian of `enhancement_level - 1` pixels; up to level 1 the picture stays as it is."""
    sigma = enhancement_level - 1.0
    if sigma <= 0.0:
        return grey
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8)


def estimate_paper(grey: Grey, enhancement_level: float) -> Grey:
    """Return the bare paper behind the ink, same shape: one tone where the edge is even, else a local median."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    tone = int(np.sort(edge)[edge.size // 2])
    flat = np.full_like(grey, tone)
    even = np.count_nonzero(np.abs(edge.astype(np.int16) - tone) <= SAME_TONE)
    if even >= EVEN_EDGE * edge.size or enhancement_level == 0.0:
        return flat
    local = _local_median(grey)
    share = min(enhancement_level, 1.0)
    return np.asarray(cv2.addWeighted(local, share, flat, 1.0 - share, 0.0), np.uint8)


def _local_median(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = THUMBNAIL / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    thumbnail = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.medianBlur(thumbnail, PAPER_WINDOW), (0, 0), 2.0)
    return np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def find_ink(grey: Grey, paper: Grey) -> Ink:
    """Tell ink from paper, whichever of the two is brighter.

    Raises:
        NoInk: nothing stands out of the paper and its noise.
    """
    darker = np.asarray(cv2.subtract(paper, grey), np.uint8)
    lighter = np.asarray(cv2.subtract(grey, paper), np.uint8)
    strength = darker if cv2.norm(darker, cv2.NORM_L2SQR) >= cv2.norm(lighter, cv2.NORM_L2SQR) else lighter
    noise = _median_level(_histogram(np.maximum(darker, lighter))) * MAD_TO_SIGMA
    counts = _histogram(strength)
    contrast = _level_exceeded_by(counts, max(LEAST_INK_PIXELS, round(strength.size * LEAST_INK_SHARE)))
    if contrast < max(LEAST_CONTRAST, LEAST_SNR * noise):
        raise NoInk("There is no ink on the picture.")
    otsu, _ = cv2.threshold(strength, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    threshold = min(max(otsu, LEAST_THRESHOLD * contrast), MOST_THRESHOLD * contrast)
    return Ink(strength, max(threshold, 2.0 * noise), even_paper=int(paper.min()) == int(paper.max()))


def _histogram(levels: Grey) -> NDArray[np.float32]:
    """How many pixels have each of the 256 levels."""
    return np.asarray(cv2.calcHist([levels], [0], None, [256], [0, 256]), np.float32).ravel()


def _median_level(counts: NDArray[np.float32]) -> int:
    reached = np.cumsum(counts)
    return int(np.searchsorted(reached, reached[-1] / 2))


def _level_exceeded_by(counts: NDArray[np.float32], pixels: int) -> int:
    """The highest level that at least so many pixels reach."""
    reached = np.cumsum(counts[::-1])[::-1]
    return int(np.flatnonzero(reached >= pixels)[-1])


def keep_writing(ink: Ink, enhancement_level: float) -> Grey:
    """Return the mask (255 is ink, same shape) of what is written, without the specks.

    Raises:
        NoInk: only specks are left.
    """
    _, mask = cv2.threshold(ink.strength, ink.threshold, 255, cv2.THRESH_BINARY)
    # Grana's labelling: on pictures this small twice as quick as OpenCV's default.
    spots, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    area = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    area[0] = 0.0
    reach = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    least = max(SPECK_SHARE * max(enhancement_level, 1.0) * area.max(), LEAST_INK_PIXELS)
    kept = (area >= least) & (reach >= LEAST_REACH * max(mask.shape))
    if not kept.any():
        raise NoInk("There are only specks on the picture, no writing.")
    if spots == 2 and ink.even_paper:  # one spot, and it is no frame: nothing to part
        return np.asarray(mask, np.uint8)
    at_the_edge = _share_at_the_edge(np.asarray(labels, np.int32), area)
    if not ink.even_paper and at_the_edge[kept].min() >= ONLY_FRAME_SHARE:
        raise NoInk("There are only a frame or shadows at the picture's edge, no writing.")
    rest = kept & (at_the_edge < FRAME_SHARE)
    if (reach[rest] >= LEAST_FRAMED_REACH * max(mask.shape)).any():
        kept = rest
    return np.asarray(np.where(kept, 255, 0).astype(np.uint8)[labels])


def _share_at_the_edge(labels: NDArray[np.int32], area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each spot, the share of its pixels that lie in the border of the picture."""
    height, width = labels.shape
    border = max(2, round(FRAME_BORDER * min(height, width)))
    inner = labels[border:-border, border:-border]
    inside = np.bincount(inner.ravel(), minlength=area.size)
    return 1.0 - inside / np.maximum(area, 1.0)


def cut_out(ink: Ink, mask: Grey) -> Grey:
    """Return the written part alone (uint8, cropped to it): paper 0, full ink 255, soft edges kept."""
    left, top, width, height = cv2.boundingRect(mask)
    window = np.s_[top : top + height, left : left + width]
    written, strength = mask[window], ink.strength[window]
    full = max(float(cv2.mean(strength, written)[0]), 1.0)
    faintest = min(0.3 * ink.threshold, 0.5 * full)
    levels = np.clip((np.arange(256) - faintest) * (255.0 / (full - faintest)), 0, 255).astype(np.uint8)
    halo = cv2.dilate(written, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(cv2.LUT(strength, levels), halo), np.uint8)


def fit_to_box(writing: Grey) -> Grey:
    """Scale to 20 px on the longer side, aspect kept, and stretch the brightest ink to 255."""
    height, width = writing.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    boxed = cv2.resize(writing, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(cv2.convertScaleAbs(boxed, alpha=255.0 / max(int(boxed.max()), 1)), np.uint8)


def centre(boxed: Grey) -> Grey:
    """Place the box on 28x28 so that its centre of mass lies in the middle, as far as the box stays inside."""
    height, width = boxed.shape
    moments = cv2.moments(boxed)
    middle = np.array([moments["m01"], moments["m10"]]) / max(moments["m00"], 1.0)
    room = np.array([SIDE - height, SIDE - width])
    top, left = np.clip(np.round((SIDE - 1) / 2 - middle), 0, room).astype(int)
    seen = np.zeros((SIDE, SIDE), np.uint8)
    seen[top : top + height, left : left + width] = boxed
    return seen
