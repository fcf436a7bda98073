"""How like two images are, whatever their brightness."""

from itertools import product

import numpy as np

from hwr_core.images.types import Grey


def likeness(one: Grey, other: Grey) -> float:
    """Return the correlation of the pixels of two images of one size, 1 is the same image.

    A shift by one pixel does not count: it is what rounding to whole pixels may do.
    """
    shifted = (np.roll(one, shift, (0, 1)) for shift in product((0, -1, 1), repeat=2))
    return max(float(np.corrcoef(each.ravel(), other.ravel())[0, 1]) for each in shifted)
