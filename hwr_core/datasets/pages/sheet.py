"""A sheet on its way to a page: paper that is ruled, printed and written on, and what was written where."""

from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.pages.numbers import Written
from hwr_core.datasets.pages.types import MadeNumber, MadePage
from hwr_core.images.types import Grey

INK = 90
"""Where a digit covers so much of a pixel, 0 to 255, the pixel is ink."""


EVEN = 0.25
"""Share of sheets of one even tone, as canvases and clean scans are."""


@dataclass(slots=True)
class Sheet:
    """Paper, float32 height x width in 0 to 255, and the ink and the numbers on it."""

    paper: NDArray[np.float32]
    ink: Grey
    numbers: list[MadeNumber] = field(default_factory=list)
    taken: Grey = field(init=False)
    """255 where something is written, so that nothing else is written over it."""

    def __post_init__(self) -> None:
        """Nothing is written yet."""
        self.taken = np.zeros_like(self.ink)

    @classmethod
    def blank(cls, width: int, height: int, rng: np.random.Generator) -> Self:
        """Return paper of some tone, with a little grain and stains; or a canvas without either."""
        ink = np.zeros((height, width), np.uint8)
        if rng.uniform() < EVEN:
            return cls(np.full((height, width), rng.choice([255.0, rng.uniform(200.0, 255.0)]), np.float32), ink)
        tone = rng.uniform(165.0, 252.0)
        coarse = rng.normal(0.0, 1.0, (2 + height // 48, 2 + width // 48)).astype(np.float32)
        stains = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * rng.uniform(0.0, 3.0)
        grain = np.asarray(rng.standard_normal((height, width), np.float32) * rng.uniform(0.0, 4.0), np.float32)
        if rng.uniform() < 0.5:
            grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.5, 2.0)), np.float32)
        return cls(np.asarray(tone + stains + grain, np.float32), ink)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.paper.shape[1], self.paper.shape[0]

    def darken(self, cover: Grey, x: int, y: int, strength: float) -> None:
        """Darken the paper where something covers it (0 to 255); what lies beside the sheet is cut off."""
        window, inside = self._at(cover, x, y)
        if inside.size:
            self.paper[window] *= 1.0 - (strength / 255.0) * inside.astype(np.float32)

    def is_free(self, x: int, y: int, width: int, height: int) -> bool:
        """Tell whether nothing is written on a part of the sheet."""
        return not self.taken[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)].any()

    def write(self, written: Written, x: int, y: int, strength: float, room: int = 0) -> None:
        """Put a number or a word onto the sheet, its upper left corner at a place, and keep room on either side."""
        self.darken(np.maximum(written.digits, written.others), x, y, strength)
        window, inside = self._at(written.digits, x, y)
        if not inside.size:
            return
        rows, columns = window
        self.taken[rows, max(0, columns.start - room) : columns.stop + room] = 255
        if not written.text:
            return
        np.maximum(self.ink[window], np.where(inside > INK, 255, 0).astype(np.uint8), out=self.ink[window])
        left, top, right, bottom = written.box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
        self.numbers.append(MadeNumber(written.text, corners + np.array([x, y], np.float32)))

    def _at(self, cover: Grey, x: int, y: int) -> tuple[tuple[slice, slice], Grey]:
        """The window of the sheet that something covers, and the part of it that lies on the sheet."""
        width, height = self.size
        rows = slice(max(0, y), max(0, min(height, y + cover.shape[0])))
        columns = slice(max(0, x), max(0, min(width, x + cover.shape[1])))
        inside = cover[rows.start - y : max(rows.stop - y, 0), columns.start - x : max(columns.stop - x, 0)]
        if inside.shape != (rows.stop - rows.start, columns.stop - columns.start):
            inside = cover[:0, :0]
        return (rows, columns), inside

    def page(self) -> MadePage:
        """Return the sheet as it is seen from above, in even light."""
        image = np.clip(self.paper, 0, 255).astype(np.uint8)
        return MadePage(image, self.ink, tuple(self.numbers))
