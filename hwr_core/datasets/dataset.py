"""A data set as a whole, to look at: its images before preprocessing, and their labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets import custom
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import LabelledImage, Part, Samples
from hwr_core.datasets.sources import SOURCES, load_images
from hwr_core.errors import InvalidValue
from hwr_core.images.types import Grey


@dataclass(frozen=True, slots=True)
class Dataset:
    """Labelled images before preprocessing.

    `images`: uint8, height x width, of any size, ink dark or light. `labels`: uint8 [n], 0-9, or 10 for no digit.
    """

    name: str
    about: str
    images: tuple[Grey, ...]
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def __iter__(self) -> Iterator[LabelledImage]:
        """Yield each image with its label."""
        return zip(self.images, self.labels.tolist(), strict=True)

    def samples(self) -> Samples:
        """Return the images normalised to 28x28, without those that hold no ink."""
        return normalised_samples(self)

    def of(self, *labels: int) -> Self:
        """Return those with one of these labels."""
        selected = np.flatnonzero(np.isin(self.labels, labels))
        return replace(self, images=tuple(self.images[place] for place in selected), labels=self.labels[selected])


def load(name: str, places: Places, request: Request) -> Dataset:
    """Return one part of a source, or so many of its images. Raises what `load_source` raises."""
    images = load_images(name, places, request)
    return _gathered(name, f"{SOURCES[name].about}, {request.part}", images)


def load_folder(folder: Path, limit: int | None = None, seed: int = 0) -> Dataset:
    """Return the labelled images of a folder that has a folder for each label, or so many of them.

    Raises DatasetMissing.
    """
    selected = Request(Part.TEST, seed=seed, limit=limit).choose(custom.labelled_files(folder))
    return _gathered(folder.name, "labelled images of a folder", custom.images(selected))


def part_named(name: str) -> Part:
    """Return the part of this name. Raises InvalidValue."""
    try:
        return Part(name)
    except ValueError as error:
        raise InvalidValue(f"The part is {name!r}; {', '.join(Part)} are allowed.") from error


def _gathered(name: str, about: str, images: Iterable[LabelledImage]) -> Dataset:
    found = list(images)
    labels = np.array([label for _, label in found], np.uint8)
    return Dataset(name, about, tuple(image for image, _ in found), labels)
