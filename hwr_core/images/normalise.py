"""Grey picture -> the 28x28 that the model reads: ink bright on black, in a 20 px box, centre of mass in the middle.

The target is MNIST's own geometry (LeCun et al., 1998, "Gradient-based learning applied to document recognition").
Each step is a pure function that a page or a notebook can show; `normalise` is their composition and nothing more.
"""

from dataclasses import dataclass, replace

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

LEAST_CONTRAST, LEAST_UNEVEN_CONTRAST = 10.0, 15.0
"""Ink fainter than this many grey levels below its paper is taken for the paper's own texture; on uneven paper also for
what shows through from its back or was rubbed out."""

LEAST_SNR = 3.5
"""Ink must stand out of the paper by this many times the paper's noise."""

GRAIN_SIGMA = 1.5
"""What a Gaussian of so many pixels takes away is the paper's grain, but for the edges of strokes."""

MOST_UNEVEN = 1.6
"""The paper's noise is at most so many times its grain, coarse grain included; more is shading left over."""

SAME_TONE = 3
EVEN_EDGE = 0.6
"""An edge with that share of its pixels within so many grey levels of their median shows paper of one tone; the rest of
it is writing that runs up to the edge."""

BARE_SHARE, BEYOND_PAPER = 0.1, 0.01
"""So does any edge whose tone is that of so much of the picture, while at most so much of it lies beyond that tone:
paper that no camera saw, and writing that was cropped to its ink."""

LEAST_PAPER, FRAME_TONE, FRAME_CONTRAST = 0.3, 12, 40
"""An even edge is a frame, not paper, if a smaller share of the picture is within so many levels of its tone, and most
of it is so many levels lighter."""

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

CLUSTER_GAP, CLUSTER_DENSITY = 0.012, 0.3
"""Spots that come within twice this share of the picture's longer side of each other are judged together,
if so much of what they cover, widened by it, is ink: noise is sparser."""

FRAME_BORDER = 0.12
WIDE_BORDER, ACROSS, LINE_WIDTH = 0.2, 0.95, 0.1
"""A spot that reaches across so much of the picture, as the lines of a grid do, is its frame in that border already,
or anywhere if it is no wider than that."""

WHOLLY, FROM_EDGE_TO_EDGE, CORNER = 0.98, 0.99, 0.08
"""A spot with that share of its pixels in the wide border is a frame on any paper, if it runs along one side from edge
to edge, or along several and so near to a corner: a round digit that was cropped to its ink does not."""

LINE_RUN, LINE_WIDTH_ON_PAPER, LINE_LEVEL, LEAST_BARE = 0.15, 0.04, 0.7, 8
"""A ruled line is made of straight runs of that share of the picture, is at most so wide, and where nothing is written
over it, its ink is at most as strong as at this share of its pixels. So many pixels of it at least must be bare."""

FRAME_SHARE = 0.7
LEAST_FRAMED_REACH = 0.25
"""A spot with that share of its pixels in the outermost border is the cell's frame or the next cell's writing, and is
dropped if something of that share of the picture's longer side is left within it."""


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
    ink = wipe_lines(find_ink(smooth, estimate_paper(smooth, enhancement_level)))
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
    even = np.count_nonzero(np.abs(edge.astype(np.int16) - tone) <= SAME_TONE) >= EVEN_EDGE * edge.size
    paper = tone if even and not _is_cell(grey, tone) else _bare_tone(grey, tone)
    flat = np.full_like(grey, tone if paper is None else paper)
    if paper is not None or enhancement_level == 0.0:
        return flat
    local = _local_median(grey)
    share = min(enhancement_level, 1.0)
    return np.asarray(cv2.addWeighted(local, share, flat, 1.0 - share, 0.0), np.uint8)


def _is_cell(grey: Grey, tone: int) -> bool:
    """Tell a dark frame of one tone around light paper: hardly anything but the frame has its tone."""
    alike = _count_alike(grey, tone, FRAME_TONE)
    return alike < LEAST_PAPER * grey.size and _median_level(_histogram(grey)) > tone + FRAME_CONTRAST


def _bare_tone(grey: Grey, edge_tone: int) -> int | None:
    """The paper's tone in a picture cropped to its ink: that of three corners, or else of the edge; None for none."""
    corners = np.sort(grey[[0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16))
    tones = [int(three[1]) for three in (corners[:3], corners[1:]) if three[2] - three[0] <= SAME_TONE]
    return next((tone for tone in (*tones, edge_tone) if _is_bare(grey, tone)), None)


def _is_bare(grey: Grey, tone: int) -> bool:
    """Tell paper of one tone, the lightest or the darkest of the picture: light and grain go beyond it both ways."""
    alike = _count_alike(grey, tone, SAME_TONE)
    darker = cv2.countNonZero(cv2.inRange(grey, np.array(0), np.array(tone - SAME_TONE - 1)))
    beyond = min(darker, grey.size - alike - darker)
    return alike >= BARE_SHARE * grey.size and beyond <= BEYOND_PAPER * grey.size


def _count_alike(grey: Grey, tone: int, within: int) -> int:
    return cv2.countNonZero(cv2.inRange(grey, np.array(tone - within), np.array(tone + within)))


def _local_median(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = THUMBNAIL / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    thumbnail = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    # The paper at the edge is that next to it: a cell's dark frame there would pass for paper in the corners.
    rows, columns = inner = _inner(thumbnail.shape, FRAME_BORDER)
    median = cv2.medianBlur(np.ascontiguousarray(thumbnail[inner]), PAPER_WINDOW)
    paper = cv2.copyMakeBorder(median, rows.start, rows.start, columns.start, columns.start, cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(paper, (0, 0), 2.0)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def find_ink(grey: Grey, paper: Grey) -> Ink:
    """Tell ink from paper, whichever of the two is brighter.

    Raises:
        NoInk: nothing stands out of the paper and its noise.
    """
    even_paper = int(paper.min()) == int(paper.max())
    darker = np.asarray(cv2.subtract(paper, grey), np.uint8)
    lighter = np.asarray(cv2.subtract(grey, paper), np.uint8)
    # At the edge of uneven paper lies a cell's frame, darker than any pen: how strong the ink is shows further in.
    inner = _inner(grey.shape, 0.0 if even_paper else FRAME_BORDER)
    is_dark = cv2.norm(darker[inner], cv2.NORM_L2SQR) >= cv2.norm(lighter[inner], cv2.NORM_L2SQR)
    strength = darker if is_dark else lighter
    unevenness = _median_level(_histogram(np.maximum(darker, lighter)[inner])) * MAD_TO_SIGMA
    noise = min(unevenness, MOST_UNEVEN * _grain(grey)) if unevenness else 0.0
    shown = strength[inner]
    contrast = _level_exceeded_by(_histogram(shown), max(LEAST_INK_PIXELS, round(shown.size * LEAST_INK_SHARE)))
    if contrast < max(LEAST_CONTRAST if even_paper else LEAST_UNEVEN_CONTRAST, LEAST_SNR * noise):
        raise NoInk("There is no ink on the picture.")
    otsu, _ = cv2.threshold(np.ascontiguousarray(shown), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    threshold = min(max(otsu, LEAST_THRESHOLD * contrast), MOST_THRESHOLD * contrast)
    return Ink(strength, max(threshold, 2.0 * noise), even_paper)


def _inner(shape: tuple[int, ...], border: float) -> tuple[slice, slice]:
    """The part of a picture within a border of that share of its sides."""
    top, left = (round(border * side) for side in shape)
    return np.s_[top : shape[0] - top, left : shape[1] - left]


def _grain(grey: Grey) -> float:
    """The standard deviation of the paper's fine noise, in grey levels; shading and shadows are no part of it."""
    fine = np.asarray(cv2.absdiff(grey, cv2.GaussianBlur(grey, (0, 0), GRAIN_SIGMA)), np.uint8)
    return _median_level(_histogram(fine)) * MAD_TO_SIGMA


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


@dataclass(frozen=True, slots=True)
class _Spots:
    """The connected parts of a mask: `labels` as large as it, of each part (the paper first) `area` and `extent`.

    `extent` is its width and height in shares of the picture's.
    """

    labels: NDArray[np.int32]
    area: NDArray[np.float64]
    extent: NDArray[np.float64]

    @classmethod
    def of(cls, mask: Grey) -> "_Spots":
        # Grana's labelling: on pictures this small twice as quick as OpenCV's default.
        _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
        area = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
        extent = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] / np.array(mask.shape[::-1], np.float64)
        area[0] = extent[0] = 0.0
        return cls(np.asarray(labels, np.int32), area, extent)

    @property
    def reach(self) -> NDArray[np.float64]:
        """The longer side of each as a share of the picture's longer side."""
        height, width = self.labels.shape
        pixels = self.extent * (width, height)
        return np.asarray(pixels.max(axis=1) / max(height, width), np.float64)

    def share_within(self, share: float) -> NDArray[np.float64]:
        """Of each, the share of its pixels in the picture's border, which is that share of the shorter side wide."""
        height, width = self.labels.shape
        border = max(2, round(share * min(height, width)))
        inner = self.labels[border:-border, border:-border]
        inside = np.bincount(inner.ravel(), minlength=self.area.size)
        return np.asarray(1.0 - inside / np.maximum(self.area, 1.0), np.float64)

    def in_corners(self, share: float) -> NDArray[np.bool_]:
        """Of each, whether it has a pixel in a corner, a square of that share of the picture's shorter side."""
        side = max(2, round(share * min(self.labels.shape)))
        ends = (np.s_[:side], np.s_[-side:])
        found = np.zeros(self.area.size, bool)
        for rows in ends:
            for columns in ends:
                found[self.labels[rows, columns].ravel()] = True
        return found


def wipe_lines(ink: Ink) -> Ink:
    """Take frames, and the lines of ruled or squared paper, out of the ink.

    Where writing crosses a line, its own strength is left.
    """
    mask = _mask(ink)
    spots = _Spots.of(mask)
    if not (spots.extent >= ACROSS).any():
        return ink
    strength, mask = _without_frame(ink.strength, mask, spots)
    without_rows = _without_rows(strength, mask)
    both = _without_rows(np.ascontiguousarray(without_rows.T), np.ascontiguousarray(mask.T)).T
    return replace(ink, strength=np.ascontiguousarray(both))


def _without_frame(strength: Grey, mask: Grey, spots: _Spots) -> tuple[Grey, Grey]:
    """Wipe off spots that lie wholly in the border and run along it."""
    both_ways = (spots.extent >= ACROSS).all(axis=1)
    along = np.where(both_ways, spots.in_corners(CORNER), spots.extent.max(axis=1) >= FROM_EDGE_TO_EDGE)
    frame = along & (spots.share_within(WIDE_BORDER) >= WHOLLY)
    frame[0] = False
    if not frame.any():
        return strength, mask
    wiped = cv2.dilate(np.where(frame, 255, 0).astype(np.uint8)[spots.labels], np.ones((5, 5), np.uint8))
    return np.where(wiped, 0, strength).astype(np.uint8), np.where(wiped, 0, mask).astype(np.uint8)


def _without_rows(strength: Grey, mask: Grey) -> Grey:
    """Lower the ink along each thin straight line that runs across from left to right, by the line's own strength."""
    height, width = mask.shape
    run = np.ones((1, max(3, round(LINE_RUN * width))), np.uint8)
    lines = _Spots.of(np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, run), np.uint8))
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
        along = np.abs(np.arange(height)[:, None] - course) <= usual / 2 + 1
        out[along] = np.clip(strength[along] - own, 0, 255).astype(np.uint8)
    return out


def _mask(ink: Ink) -> Grey:
    return np.asarray(cv2.threshold(ink.strength, ink.threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)


def keep_writing(ink: Ink, enhancement_level: float) -> Grey:
    """Return the mask (255 is ink, same shape) of what is written, without specks and the lines of a cell.

    Raises:
        NoInk: only those are there.
    """
    mask = _mask(ink)
    spots = _Spots.of(mask)
    least = max(SPECK_SHARE * max(enhancement_level, 1.0) * spots.area.max(), LEAST_INK_PIXELS)
    large, reach = spots.area >= least, spots.reach
    kept = large & (reach >= LEAST_REACH)
    if spots.area.size > 2:  # with the paper: more than one, so some may belong together
        kept |= _in_clusters(mask, spots, least)
    if not kept.any():
        raise NoInk("There are only specks on the picture, no writing.")
    if spots.area.size == 2 and ink.even_paper:  # one, and it is no frame: nothing to part
        return mask
    inside = kept & ~_is_frame(spots, grids=not ink.even_paper)
    if not ink.even_paper and not (inside & large).any():
        raise NoInk("There are only a frame or shadows at the picture's edge, no writing.")
    if (reach[inside] >= LEAST_FRAMED_REACH).any():
        kept = inside
    return np.asarray(np.where(kept, 255, 0).astype(np.uint8)[spots.labels])


def _is_frame(spots: _Spots, *, grids: bool) -> NDArray[np.bool_]:
    """Which spots are the cell's frame, or the next cell's writing; with `grids` also lines that lie further in."""
    across = spots.extent >= ACROSS
    frame = spots.share_within(FRAME_BORDER) >= FRAME_SHARE
    if grids:
        straight = spots.extent.min(axis=1) <= LINE_WIDTH
        frame |= across.any(axis=1) & (straight | (spots.share_within(WIDE_BORDER) >= FRAME_SHARE))
    return np.asarray(frame & (~across.all(axis=1) | spots.in_corners(CORNER)))


def _in_clusters(mask: Grey, spots: _Spots, least: float) -> NDArray[np.bool_]:
    """Which spots lie close and dense enough together to be one stroke, faint or in halftone, of at least that area."""
    gap = 2 * max(1, round(CLUSTER_GAP * max(mask.shape))) + 1
    clusters = _Spots.of(np.asarray(cv2.dilate(mask, np.ones((gap, gap), np.uint8)), np.uint8))
    cluster = np.zeros(spots.area.size, np.intp)
    cluster[spots.labels.ravel()] = clusters.labels.ravel()
    cluster[0] = 0
    ink = np.bincount(cluster, spots.area, minlength=clusters.area.size)
    is_stroke = (ink >= least) & (ink >= CLUSTER_DENSITY * clusters.area) & (clusters.reach >= LEAST_REACH)
    is_stroke[0] = False
    return np.asarray(is_stroke[cluster])


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
