"""Parts of made pages, all of one size, with the maps that the page network learns to make of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.pages.page import made_page
from hwr_core.datasets.pages.types import Corners, MadeNumber, MadePage
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.processes import made_in_processes
from hwr_core.datasets.samples import Part
from hwr_core.images.types import Grey

CROP = 384
"""Pixels of a side."""

COUNTS = {Part.TRAINING: 16_000, Part.VALIDATION: 400}
CHUNK = 50

MIDDLE_SHARE, LEAST_WIDE = 0.5, 0.5
"""The middle of a number has the first share of its height, and is at least the second as wide as that is high."""

EMPTY_KEPT = 0.3
"""Share of the crops without ink that are kept."""


@dataclass(frozen=True, slots=True)
class PageCrop:
    """A part of a page, uint8 [384, 384], where ink is (255) in it, and its numbers' middles at half the size.

    `middle`: uint8 [192, 192], 255 there; `turn`: int8 [192, 192], there the way in which the number is read, clockwise
    from the right, -127 to 127 for -180 to 180 degrees.
    """

    image: Grey
    ink: Grey
    middle: Grey
    turn: NDArray[np.int8]


def made_crops(datasets: Path, part: Part, *, count: int, seed: int, processes: int) -> Iterator[PageCrop]:
    """Yield so many parts of pages by writers of one part.

    Args:
        datasets: the folder of open data sets.
        part: whose digits and letters.
        count: how many crops to make.
        seed: the same seed makes the same crops.
        processes: how many work at once.
    """
    yield from made_in_processes(
        _make,
        load=_load,
        needs=(datasets, part),
        part=part,
        count=count,
        chunk=CHUNK,
        seed=seed,
        processes=processes,
    )


_loaded: list[Writers] = []
"""Whose digits a process of the pool writes with."""


def _load(datasets: Path, part: Part) -> None:
    cv2.setNumThreads(1)
    _loaded.append(Writers.of(datasets, part))


def _make(count: int, seed: np.random.SeedSequence) -> list[PageCrop]:
    rng = np.random.default_rng(seed)
    found: list[PageCrop] = []
    while len(found) < count:
        found += crops(made_page(_loaded[0], rng), rng)
    return found[:count]


def crops(page: MadePage, rng: np.random.Generator) -> Iterator[PageCrop]:
    """Yield parts of a page, about as many as it is larger than one; smaller pages are continued beyond their edges."""
    height, width = page.image.shape
    below, right = max(0, CROP - height), max(0, CROP - width)
    top, left = (int(rng.integers(0, room + 1)) for room in (below, right))
    border = top, below - top, left, right - left
    kind = cv2.BORDER_REPLICATE if rng.uniform() < 0.7 else cv2.BORDER_REFLECT_101
    image = np.asarray(cv2.copyMakeBorder(page.image, *border, kind), np.uint8)
    ink = np.asarray(cv2.copyMakeBorder(page.ink, *border, cv2.BORDER_CONSTANT, value=0), np.uint8)
    middle, turn = _maps(page.numbers, np.array([left, top], np.float32), image.shape)
    for _ in range(max(1, round(image.size / CROP**2))):
        y, x = (int(rng.integers(0, (side - CROP) // 2 + 1)) * 2 for side in image.shape)
        window, half = np.s_[y : y + CROP, x : x + CROP], np.s_[y // 2 : (y + CROP) // 2, x // 2 : (x + CROP) // 2]
        if ink[window].any() or rng.uniform() < EMPTY_KEPT:
            yield PageCrop(image[window].copy(), ink[window].copy(), middle[half].copy(), turn[half].copy())


def _maps(
    numbers: tuple[MadeNumber, ...], offset: NDArray[np.float32], shape: tuple[int, ...]
) -> tuple[Grey, NDArray[np.int8]]:
    height, width = (-(-side // 2) for side in shape)
    middle, turn = np.zeros((height, width), np.uint8), np.zeros((height, width), np.int16)
    for each in numbers:
        corners = each.corners + offset
        across = _direction(corners)
        band = np.round(_band(corners, across) * 8).astype(np.int32)  # half the pixels, in sixteenths of one
        cv2.fillPoly(middle, [band], 255, cv2.LINE_8, 4)
        angle = np.degrees(np.arctan2(across[1], across[0]))
        cv2.fillPoly(turn, [band], round(float(angle) / 180 * 127), cv2.LINE_8, 4)
    return middle, turn.astype(np.int8)


def _direction(corners: Corners) -> NDArray[np.float32]:
    """The unit vector along which a number is read: by its width, or by its height where that says more."""
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    vector = along if np.linalg.norm(along) > np.linalg.norm(down) else np.array([down[1], -down[0]])
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)


def _band(corners: Corners, across: NDArray[np.float32]) -> Corners:
    """The middle of a number: half its height, all its width, and at least as wide as it is high."""
    upper, lower = (1 - MIDDLE_SHARE) / 2, (1 + MIDDLE_SHARE) / 2
    left, right = corners[3] - corners[0], corners[2] - corners[1]
    band = np.stack(
        [corners[0] + left * upper, corners[1] + right * upper, corners[1] + right * lower, corners[0] + left * lower]
    )
    missing = LEAST_WIDE * float(np.linalg.norm(left)) - float(np.linalg.norm(corners[1] - corners[0]))
    if missing > 0:
        band += np.array([-1, 1, 1, -1], np.float32)[:, None] * across * missing / 2
    return np.asarray(band, np.float32)
