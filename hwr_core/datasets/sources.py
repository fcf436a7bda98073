"""The data sets by name: where each lies, what images it holds, and what samples are made of them."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import TypeVar

import numpy as np

from hwr_core.datasets import archives, custom, mnist, strokes
from hwr_core.datasets.corrupt import degrade, on_paper
from hwr_core.datasets.noise import noise
from hwr_core.datasets.normalised import normalised_in_chunks
from hwr_core.datasets.samples import LabelledImage, Part, Samples, part_of
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.recognition.types import NOT_A_DIGIT

OPTDIGITS_BLOCK = 100
"""optdigits names no writers; neighbours in it are by the same writer, so whole blocks go to one part."""

POOR_OF: Mapping[str, int] = {
    "mnist": 1,
    "strokes-unipen": 1,
    "strokes-pendigits": 1,
    "scanned-digits": 2,
    "optdigits": 2,
}
"""The sets whose digits are spoilt, and how often each digit is to learn from."""

POOR_EACH, POOR_TESTED = 20_000, 400
"""The most digits taken of each of them, to learn from and to check on."""

SEVERAL, SEVERAL_TESTED, MOST_SEVERAL = 9_000, 500, 3
"""How many images of more than one digit are drawn, to learn from and to check on; the most digits on one."""

CUSTOM = "custom"
CORRECTIONS = "corrections"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Places:
    """Where data lies: the folder of open data sets, people's own images, and an export of corrected predictions."""

    datasets: Path
    custom: Path
    corrections: Path


@dataclass(frozen=True, slots=True)
class Request:
    """What to make of a source.

    `drawings`: how often each recording is drawn. `limit`: the most images, taken by chance; None for all.
    """

    part: Part
    drawings: int = 1
    seed: int = 0
    processes: int = 2
    limit: int | None = None

    def choose(self, items: Sequence[Item]) -> list[Item]:
        """Return the items, or as many of them as the limit allows, in their order."""
        if self.limit is None or len(items) <= self.limit:
            return list(items)
        chosen = np.random.default_rng(self.seed).permutation(len(items))[: self.limit]
        return [items[place] for place in sorted(chosen)]


Place = Callable[[Places], Path]
ImagesOf = Callable[[Path, Request], Iterator[LabelledImage]]
SamplesOf = Callable[[Path, Request], Iterator[Samples]]


@dataclass(frozen=True, slots=True)
class Source:
    """One data set.

    `place`: where it lies, None for one that is made. `images`: each once, as a person's image would come in.
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


def _mnist(file: Path, request: Request) -> Iterator[LabelledImage]:
    images, labels = mnist.load_mnist(file, request.part)
    yield from ((images[place], int(labels[place])) for place in request.choose(range(len(labels))))


def _optdigits(file: Path, request: Request) -> Iterator[LabelledImage]:
    with np.load(file, allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"]
    of_part = [
        place for place in range(len(labels)) if part_of(f"optdigits {place // OPTDIGITS_BLOCK}") is request.part
    ]
    yield from ((images[place], int(labels[place])) for place in request.choose(of_part))


def _doodles(file: Path, request: Request) -> Iterator[LabelledImage]:
    with np.load(file, allow_pickle=False) as archive:
        images = archive["images"]
    of_part = [place for place in range(len(images)) if part_of(f"doodle {place}") is request.part]
    yield from ((images[place], NOT_A_DIGIT) for place in request.choose(of_part))


def _noise(_: Path, request: Request) -> Iterator[LabelledImage]:
    count = 6_000 if request.part is Part.TRAINING else 1_500
    seed = (*Part,).index(request.part) + 3 * request.seed
    return noise(min(count, request.limit or count), seed)


def _archive(file: Path, request: Request) -> Iterator[LabelledImage]:
    return archives.images(file, request.choose(archives.rows(file, request.part)))


def _blanks(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Empty cells; to learn from, each turned and mirrored in all eight ways, since there are few."""
    if request.part is not Part.TRAINING:
        yield from _archive(file, request)
        return
    once = replace(request, limit=request.limit and math.ceil(request.limit / 8))
    for image, label in _archive(file, once):
        for turns in range(4):
            turned = np.ascontiguousarray(np.rot90(image, turns))
            yield turned, label
            yield np.ascontiguousarray(turned[:, ::-1]), label


def _poor(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Digits of the other sets beside this file, spoilt as scanners, phones and paper spoil them."""
    rng = np.random.default_rng(request.seed)
    learning = request.part is Part.TRAINING
    for name, rounds in POOR_OF.items():
        base = SOURCES[name]
        path = base.place(Places(file.parent, Path(), Path())) if base.place else Path()
        if not path.is_file():
            continue
        times = rounds if learning else 1
        most = POOR_EACH if learning else POOR_TESTED
        if request.limit is not None:
            most = min(most, math.ceil(request.limit / (sum(POOR_OF.values()) if learning else len(POOR_OF))))
        for _ in range(times):
            for image, label in base.images(path, replace(request, limit=most)):
                yield degrade(on_paper(image), rng), label


def _recordings(file: Path, request: Request) -> Iterator[LabelledImage]:
    recordings = request.choose(list(strokes.read_recordings(file, request.part)))
    rng = np.random.default_rng(request.seed)
    yield from ((strokes.draw_recording(each, strokes.PLAIN, rng), each.label) for each in recordings)


def _several(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Two or three digits of one part side by side: more than one digit is none."""
    recordings = list(strokes.read_recordings(file, request.part))
    rng = np.random.default_rng((request.seed, (*Part,).index(request.part)))
    learning = request.part is Part.TRAINING
    count = 0 if len(recordings) < MOST_SEVERAL else SEVERAL if learning else SEVERAL_TESTED
    pens = strokes.VARIED if learning else strokes.PLAIN
    for _ in range(min(count, request.limit or count)):
        chosen = rng.choice(len(recordings), rng.integers(2, MOST_SEVERAL + 1), replace=False)
        together = strokes.side_by_side([recordings[place] for place in chosen], rng)
        yield strokes.draw_recording(together, pens, rng), NOT_A_DIGIT


def _custom(folder: Path, request: Request) -> Iterator[LabelledImage]:
    return custom.images(request.choose(custom.files(folder, request.part)))


def _corrections(file: Path, request: Request) -> Iterator[LabelledImage]:
    found = custom.corrections(file, request.part)
    yield from ((found.images[place], int(found.labels[place])) for place in request.choose(range(len(found))))


def _once(_: int) -> int:
    return 1


def _always(drawings: int) -> int:
    return drawings


def _half(drawings: int) -> int:
    """What cannot be drawn anew is repeated, lest the drawings drown it; marks must not outnumber the digits."""
    return math.ceil(drawings / 2)


def _normalised(images: ImagesOf, copies: Callable[[int], int]) -> SamplesOf:
    """Each image as the normaliser puts it out, so many times."""

    def samples(file: Path, request: Request) -> Iterator[Samples]:
        for chunk in normalised_in_chunks(images(file, request)):
            yield Samples.join([chunk] * copies(request.drawings))

    return samples


def _drawn(copies: Callable[[int], int]) -> SamplesOf:
    """Each recording drawn so many times, each time with another pen."""

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
    """Corrected predictions are what the normaliser made already."""
    found = custom.corrections(file, request.part)
    chosen = np.array(request.choose(range(len(found))), np.intp)
    yield Samples.join([found.where(chosen)] * _half(request.drawings))


def _in_datasets(name: str) -> Place:
    return lambda places: places.datasets / name


def _pen_strokes(name: str, about: str, size: int, copies: Callable[[int], int]) -> Source:
    return Source(name, about, _in_datasets(f"{name}.jsonl.gz"), _recordings, _drawn(copies), copies, size)


def _images(  # noqa: PLR0913, PLR0917  the fields of a Source that follow from no other
    name: str, about: str, place: Place | None, images: ImagesOf, copies: Callable[[int], int], size: int | None
) -> Source:
    return Source(name, about, place, images, _normalised(images, copies), copies, size)


_ALL = (
    _images("mnist", "scanned digits (MNIST)", _in_datasets(mnist.FILE), _mnist, _once, 55_000),
    _pen_strokes("strokes-unipen", "pen strokes of digits, 190 writers", 6_836, _always),
    _pen_strokes("strokes-pendigits", "pen strokes of digits, 30 writers", 5_744, _always),
    _pen_strokes("strokes-letters-upper", "pen strokes of capital letters: no digits", 3_554, _half),
    _pen_strokes("strokes-letters-lower", "pen strokes of small letters: no digits", 2_981, _half),
    _pen_strokes("strokes-symbols", "pen strokes of punctuation: no digits", 1_609, _half),
    _images(
        "scanned-digits",
        "ball-pen digits, scanned, 14 writers",
        _in_datasets("scanned-digits.zip"),
        _archive,
        _half,
        4_470,
    ),
    _images(
        "phone-digits", "phone photos of digits in cells", _in_datasets("phone-digits.zip"), _archive, _half, 2_151
    ),
    _images(
        "phone-not-a-digit",
        "phone photos of empty cells: no digits",
        _in_datasets("phone-not-a-digit.zip"),
        _blanks,
        _half,
        680,
    ),
    _images(
        "optdigits", "form digits, 32x32, black and white", _in_datasets("optdigits.npz"), _optdigits, _half, 1_980
    ),
    _images("doodles", "drawings that are no digits", _in_datasets("doodles.npz"), _doodles, _once, 2_101),
    _images(
        "poor", "the digits of these sets as poor scans and copies", _in_datasets(mnist.FILE), _poor, _once, 46_000
    ),
    _images(
        "several-digits",
        "two or three digits side by side: no digits",
        _in_datasets("strokes-unipen.jsonl.gz"),
        _several,
        _once,
        9_000,
    ),
    _images("noise", "made images of nothing: no digits", None, _noise, _once, 5_408),
    _images(CUSTOM, "your own labelled images", lambda places: places.custom, _custom, _half, None),
    Source(
        CORRECTIONS,
        "predictions that people have labelled",
        lambda places: places.corrections,
        _corrections,
        _as_they_are,
        _half,
        None,
    ),
)

SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}

OPEN_SOURCES = tuple(name for name in SOURCES if name not in (CUSTOM, CORRECTIONS))
"""Those that the shipped model learned from: the same for everybody."""


def load_source(name: str, places: Places, request: Request) -> Iterator[Samples]:
    """Yield the samples of one part of a source, some thousands at a time.

    Raises:
        DatasetMissing: it is not there.
        InvalidValue: there is no source of this name.
    """
    source = _named(name)
    return source.samples(find_source(name, places), request)


def load_images(name: str, places: Places, request: Request) -> Iterator[LabelledImage]:
    """Yield the images of one part of a source as people's images come in, before the normaliser.

    Raises: what `load_source` raises.
    """
    source = _named(name)
    return source.images(find_source(name, places), request)


def find_source(name: str, places: Places) -> Path:
    """Return the file or folder of a source, or say that it is missing; one that is made has none to be missing."""
    place = _named(name).place
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
        raise DatasetMissing("No prediction has been labelled yet: say of some whether they are right.")
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
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


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
