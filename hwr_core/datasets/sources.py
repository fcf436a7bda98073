"""The data sets by name: where each lies, what images it holds, and what samples are made of them."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hwr_core.datasets import custom, mnist, strokes
from hwr_core.datasets.no_digits.font_characters import has_fonts
from hwr_core.datasets.no_digits.other_scripts import OMNIGLOT, script_images
from hwr_core.datasets.normalised import normalised_in_chunks
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import LabelledImage, Part, Samples
from hwr_core.datasets.source_images import (
    ImagesOf,
    archive_images,
    blank_images,
    block_images,
    correction_images,
    custom_images,
    doodle_images,
    drawn_thing_images,
    font_character_images,
    mnist_images,
    noise_images,
    poor_images,
    rare_shape_images,
    recording_images,
    several_images,
)
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.files import hash_file

CUSTOM = "custom"
CORRECTIONS = "corrections"
FONT_CHARACTERS = "font-characters"

Place: TypeAlias = Callable[[Places], Path]
SamplesOf: TypeAlias = Callable[[Path, Request], Iterator[Samples]]


@dataclass(frozen=True, slots=True)
class Source:
    """One data set.

    `place`: where it lies, None for one that is made. `images`: each once, as a user's image would come in.
    `samples`: what a training learns from. `copies`: how many samples an image makes at so many drawings. `size`:
    images to learn from, about; None where that differs from one machine to another.
    """

    name: str
    about: str
    place: Place | None
    images: ImagesOf
    samples: SamplesOf
    copies: Callable[[int], int]
    size: int | None


def _once(_: int) -> int:
    return 1


def _always(drawings: int) -> int:
    return drawings


def _half(drawings: int) -> int:
    """What cannot be drawn anew is repeated, or the drawings would outweigh it; marks must not outnumber the digits."""
    return math.ceil(drawings / 2)


def _normalised(images: ImagesOf, copies: Callable[[int], int]) -> SamplesOf:
    """Samples that repeat each image, normalised, so many times."""

    def samples(file: Path, request: Request) -> Iterator[Samples]:
        for chunk in normalised_in_chunks(images(file, request)):
            yield Samples.join([chunk] * copies(request.drawings))

    return samples


def _drawn(copies: Callable[[int], int]) -> SamplesOf:
    """Samples that draw each recording so many times, each time with another pen."""

    def samples(file: Path, request: Request) -> Iterator[Samples]:
        learning = request.part is Part.TRAINING
        return strokes.draw_recordings(
            request.choose(list(strokes.read_recordings(file, request.part))),
            times=copies(request.drawings),
            pens=strokes.VARIED if learning else strokes.PLAIN,
            seed=request.seed,
            processes=request.processes,
        )

    return samples


def _as_they_are(file: Path, request: Request) -> Iterator[Samples]:
    """Yield corrected predictions, which are normalised already."""
    found = custom.corrections(file, request.part)
    selected = np.array(request.choose(range(len(found))), np.intp)
    yield Samples.join([found.where(selected)] * _half(request.drawings))


def _file(name: str) -> Place:
    return lambda places: places.datasets / name


def _pen_strokes(name: str, about: str, size: int, copies: Callable[[int], int]) -> Source:
    return Source(name, about, _file(f"{name}.jsonl.gz"), recording_images, _drawn(copies), copies, size)


def _images(  # noqa: PLR0913, PLR0917  the fields of a Source that follow from no other
    name: str, about: str, place: Place | None, images: ImagesOf, copies: Callable[[int], int], size: int | None
) -> Source:
    return Source(name, about, place, images, _normalised(images, copies), copies, size)


_ALL = (
    _images("mnist", "scanned digits (MNIST)", _file(mnist.FILE), mnist_images, _once, 55_000),
    _pen_strokes("strokes-unipen", "pen strokes of digits, 190 writers", 6_836, _always),
    _pen_strokes("strokes-pendigits", "pen strokes of digits, 30 writers", 5_744, _always),
    _pen_strokes("strokes-letters-upper", "pen strokes of capital letters: no digits", 4_300, _half),
    _pen_strokes("strokes-letters-lower", "pen strokes of small letters: no digits", 2_981, _half),
    _pen_strokes("strokes-symbols", "pen strokes of punctuation: no digits", 1_609, _half),
    _images(
        "scanned-digits",
        "ball-pen digits, scanned, 14 writers",
        _file("scanned-digits.zip"),
        archive_images,
        _half,
        4_470,
    ),
    _images(
        "phone-digits",
        "phone photos of digits in cells",
        _file("phone-digits.zip"),
        archive_images,
        _half,
        2_151,
    ),
    _images(
        "phone-not-a-digit",
        "phone photos of empty cells: no digits",
        _file("phone-not-a-digit.zip"),
        blank_images,
        _half,
        680,
    ),
    _images(
        "optdigits",
        "form digits, 32x32, black and white",
        _file("optdigits.npz"),
        block_images,
        _half,
        1_980,
    ),
    _images(
        "photographed-digits",
        "digits from photographed sheets, many ones with a flag",
        _file("digits-western-bhmsds.npz"),
        block_images,
        _once,
        2_800,
    ),
    _pen_strokes("strokes-chars74k-digits", "pen strokes of digits, 41 writers", 290, _always),
    _images("rare-shapes", "made digits in shapes that the sets hardly hold", None, rare_shape_images, _once, 6_000),
    _images("doodles", "drawings that are no digits", _file("doodles.npz"), doodle_images, _once, 2_101),
    _images(
        "drawn-things",
        "made drawings of things: no digits",
        None,
        drawn_thing_images,
        _once,
        9_000,
    ),
    _images(
        FONT_CHARACTERS,
        "letters and signs of the Hershey fonts: no digits",
        None,
        font_character_images,
        _once,
        7_000,
    ),
    _images(
        "signatures",
        "Chinese signatures, 83 writers: no digits",
        _file("signatures-chinese.zip"),
        archive_images,
        _once,
        840,
    ),
    _images(
        "other-scripts",
        "characters of other scripts: no digits",
        _file(OMNIGLOT),
        script_images,
        _once,
        12_500,
    ),
    _pen_strokes("strokes-chars74k-letters", "pen strokes of letters, 41 writers: no digits", 1_000, _half),
    _images(
        "poor",
        "the digits of these sets as poor scans and copies",
        _file(mnist.FILE),
        poor_images,
        _once,
        46_000,
    ),
    _images(
        "several-digits",
        "two or three digits side by side: no digits",
        _file("strokes-unipen.jsonl.gz"),
        several_images,
        _once,
        9_000,
    ),
    _images("noise", "made images of nothing: no digits", None, noise_images, _once, 5_408),
    _images(CUSTOM, "your own labelled images", lambda places: places.custom, custom_images, _half, None),
    Source(
        CORRECTIONS,
        "predictions that users have labelled",
        lambda places: places.corrections,
        correction_images,
        _as_they_are,
        _half,
        None,
    ),
)

SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}

MADE = tuple(name for name, source in SOURCES.items() if source.place is None)
"""The sets that need no file."""

OPEN_SOURCES = tuple(name for name in SOURCES if name not in (CUSTOM, CORRECTIONS))
"""The sets that the shipped model learned from: the same on every machine."""


def load_source(name: str, places: Places, request: Request) -> Iterator[Samples]:
    """Yield the samples of one part of a source, some thousands at a time.

    Raises:
        DatasetMissing: it is not there.
        InvalidValue: there is no source of this name.
    """
    source = _named(name)
    return source.samples(find_source(name, places), request)


def load_images(name: str, places: Places, request: Request) -> Iterator[LabelledImage]:
    """Yield the images of one part of a source as users' images come in, before preprocessing.

    Raises: what `load_source` raises.
    """
    source = _named(name)
    return source.images(find_source(name, places), request)


def find_source(name: str, places: Places) -> Path:
    """Return the file or folder of a source; one that is made has none. Raises DatasetMissing, InvalidValue."""
    place = _named(name).place
    if name == FONT_CHARACTERS and not has_fonts():
        raise DatasetMissing("The data set font-characters needs a package: pip install Hershey-Fonts")
    if place is None:
        return Path()
    path = place(places)
    if path.is_file() or (path.is_dir() and any(path.glob("*/*"))):
        return path
    if name == CUSTOM:
        raise DatasetMissing(
            "There are no images of your own yet. Put them into data/custom_dataset, a folder for each digit, or "
            "upload a ZIP."
        )
    if name == CORRECTIONS:
        raise DatasetMissing("No prediction has been labelled yet: label some first.")
    raise DatasetMissing(f"The data set {name} needs the file {path.name} in the datasets folder (HWR_DATASETS_DIR).")


def available_sources(places: Places) -> tuple[str, ...]:
    """Return the names of the sources that are there."""
    return tuple(name for name in SOURCES if _is_there(name, places))


def hash_source(name: str, places: Places) -> str | None:
    """Return the SHA-256 of a source's content, in hex, for the model card; None for one that is made."""
    if _named(name).place is None:
        return None
    path = find_source(name, places)
    if path.is_dir():
        return custom.hash_folder(path)
    return hash_file(path)


def _is_there(name: str, places: Places) -> bool:
    try:
        find_source(name, places)
    except DatasetMissing:
        return False
    return True


def _named(name: str) -> Source:
    if name not in SOURCES:
        raise InvalidValue(f"There is no data set {name!r}; there are {', '.join(SOURCES)}.")
    return SOURCES[name]
