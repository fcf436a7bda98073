"""One made page, from nothing."""

import numpy as np

from hwr_core.datasets.pages.layouts import LAYOUTS
from hwr_core.datasets.pages.photograph import photographed
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.types import MadePage
from hwr_core.datasets.pages.writers import Writers

SIDES = (384, 832)
"""Pixels of a page's sides."""

HEIGHTS = (12.0, 72.0)
"""Pixels that digits are high."""


def made_page(writers: Writers, rng: np.random.Generator, layout: str | None = None) -> MadePage:
    """Return a page by some writers: of the named layout, or of any."""
    names = [*LAYOUTS]
    name = layout or str(rng.choice(names, p=[LAYOUTS[each][1] for each in names]))
    width, height = (int(np.exp(rng.uniform(np.log(SIDES[0]), np.log(SIDES[1])))) for _ in range(2))
    digits = float(np.exp(rng.uniform(np.log(HEIGHTS[0]), np.log(HEIGHTS[1]))))
    if name == "single":
        digits = float(np.exp(rng.uniform(np.log(20.0), np.log(80.0))))
        width, height = int(digits * rng.uniform(1.6, 10.0)), int(digits * rng.uniform(1.4, 4.0))
    sheet = Sheet.blank(width, height, rng)
    LAYOUTS[name][0](sheet, writers, digits, rng)
    return photographed(sheet.page(), rng)
