"""Samples: labelled 28x28 images, and the split into training, validation and test by writer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import InvalidValue
from hwr_core.images.types import SIDE, Grey

LabelledImage: TypeAlias = tuple[Grey, int]
"""A grey image of any size as it came in, and its label: 0-9 or NOT_A_DIGIT."""


class Part(StrEnum):
    """The parts of a split: no writer is in two of them."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Samples:
    """Labelled images: uint8 [n, 28, 28], ink bright on black; labels uint8 [n], 0-9 or NOT_A_DIGIT."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        """Refuse arrays that do not belong together."""
        if self.images.shape != (len(self.labels), SIDE, SIDE):
            raise InvalidValue(f"{self.images.shape} images for {len(self.labels)} labels; [n, 28, 28] and [n] fit.")

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.labels)

    @classmethod
    def join(cls, parts: Iterable[Self]) -> Self:
        """Put several sets of samples behind one another."""
        images, labels = [np.zeros((0, SIDE, SIDE), np.uint8)], [np.zeros(0, np.uint8)]
        for part in parts:
            images.append(part.images)
            labels.append(part.labels)
        return cls(np.concatenate(images), np.concatenate(labels))

    def where(self, selected: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """Return the selected samples, by mask or by index."""
        return type(self)(self.images[selected], self.labels[selected])


def part_of(writer: str) -> Part:
    """Assign a writer to a part for ever, by a hash of the name: 70 % training, 15 % validation, 15 % test."""
    share = int.from_bytes(sha256(writer.encode()).digest()[:4]) / 2**32
    if share < 0.70:
        return Part.TRAINING
    return Part.VALIDATION if share < 0.85 else Part.TEST


def writers_of(archive: Mapping[str, NDArray[np.generic]], block: int) -> NDArray[np.str_]:
    """Return who wrote each image of an open npz file; where it says nothing, so many neighbours are one writer's."""
    count = len(archive["labels"])
    return (archive["writers"] if "writers" in archive else np.arange(count) // block).astype(str)
