"""Images -> samples, through the same preprocessing as a user's image."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from hwr_core.datasets.samples import LabelledImage, Samples
from hwr_core.images.normalise import normalise_or_none
from hwr_core.images.types import SIDE, Grey

CHUNK = 2_000


def normalised_in_chunks(images: Iterable[LabelledImage]) -> Iterator[Samples]:
    """Yield the images as the model sees them, some thousands at a time, so that many take no more memory than few.

    Images without ink are left out, since the model never sees any.
    """
    remaining = iter(images)
    while chunk := list(islice(remaining, CHUNK)):
        yield normalised_samples(chunk)


def normalised_samples(images: Iterable[LabelledImage]) -> Samples:
    """Return the images normalised, without those that hold no ink."""
    seen = [(each, label) for image, label in images if (each := normalise_or_none(image)) is not None]
    return Samples(_stack([image for image, _ in seen]), np.array([label for _, label in seen], np.uint8))


def _stack(images: Sequence[Grey]) -> Grey:
    return np.stack(images) if images else np.zeros((0, SIDE, SIDE), np.uint8)
