"""Grey pictures -> samples, through the same normaliser that reads a user's picture."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from hwr_core.datasets.samples import Samples
from hwr_core.errors import NoInk
from hwr_core.images.normalise import SIDE, normalise
from hwr_core.records import Grey


def normalised_samples(pictures: Iterable[Grey], labels: ArrayLike) -> Samples:
    """Return the pictures as the model sees them; those without ink are left out, since the model never sees them."""
    seen = [_normalised(picture) for picture in pictures]
    inked = np.array([picture is not None for picture in seen], bool)
    return Samples(_stack([picture for picture in seen if picture is not None]), np.asarray(labels, np.uint8)[inked])


def _normalised(picture: Grey) -> Grey | None:
    try:
        return normalise(picture)
    except NoInk:
        return None


def _stack(pictures: Sequence[Grey]) -> Grey:
    return np.stack(pictures) if pictures else np.zeros((0, SIDE, SIDE), np.uint8)
