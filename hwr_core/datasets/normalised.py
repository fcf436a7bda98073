"""Pictures -> samples, through the same normaliser that reads a user's picture."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from hwr_core.datasets.samples import LabelledPicture, Samples
from hwr_core.errors import NoInk
from hwr_core.images.normalise import SIDE, normalise
from hwr_core.images.types import Grey

CHUNK = 2_000


def normalised_in_chunks(pictures: Iterable[LabelledPicture]) -> Iterator[Samples]:
    """Yield the pictures as the model sees them, some thousands at a time, so that many take no more memory than few.

    Those without ink are left out, since the model never sees them.
    """
    remaining = iter(pictures)
    while chunk := list(islice(remaining, CHUNK)):
        yield normalised_samples(chunk)


def normalised_samples(pictures: Iterable[LabelledPicture]) -> Samples:
    """Return the pictures with ink as the model sees them."""
    seen = [(each, label) for picture, label in pictures if (each := _normalised(picture)) is not None]
    return Samples(_stack([picture for picture, _ in seen]), np.array([label for _, label in seen], np.uint8))


def _normalised(picture: Grey) -> Grey | None:
    try:
        return normalise(picture)
    except NoInk:
        return None


def _stack(pictures: Sequence[Grey]) -> Grey:
    return np.stack(pictures) if pictures else np.zeros((0, SIDE, SIDE), np.uint8)
