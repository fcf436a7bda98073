"""The data sets by name: where each lies in the datasets folder, and how its samples are made."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

import numpy as np

from hwr_core.datasets.archives import load_archive
from hwr_core.datasets.mnist import load_mnist
from hwr_core.datasets.noise import noise_samples
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import NOT_A_DIGIT, Part, Samples, part_of
from hwr_core.datasets.strokes import PLAIN, VARIED, draw_recordings, read_recordings
from hwr_core.errors import DatasetMissing, InvalidValue

OPTDIGITS_BLOCK = 100
"""optdigits names no writers; neighbours in it are by the same writer, so whole blocks go to one part."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to make of a source: which part, how often each recording is drawn, and from what seed."""

    part: Part
    drawings: int = 1
    seed: int = 0
    processes: int = 2


def _mnist(file: Path, request: Request) -> Samples:
    return load_mnist(file, request.part)


def _strokes(file: Path, request: Request) -> Samples:
    learning = request.part is Part.TRAINING
    return draw_recordings(
        list(read_recordings(file, request.part)),
        times=request.drawings,
        pens=VARIED if learning else PLAIN,
        seed=request.seed,
        processes=request.processes,
    )


def _marks(file: Path, request: Request) -> Samples:
    return _strokes(file, replace(request, drawings=math.ceil(request.drawings / 3)))


def _archive(file: Path, request: Request) -> Samples:
    return _repeated(load_archive(file, request.part), request)


def _optdigits(file: Path, request: Request) -> Samples:
    with np.load(file, allow_pickle=False) as archive:
        pictures, labels = archive["images"], archive["labels"]
    chosen = [part_of(f"optdigits {block}") is request.part for block in np.arange(len(labels)) // OPTDIGITS_BLOCK]
    return _repeated(normalised_samples(pictures[chosen], labels[chosen]), request)


def _repeated(samples: Samples, request: Request) -> Samples:
    """Repeat what cannot be drawn anew half as often as recordings are drawn, lest the drawings drown it."""
    return Samples.join([samples] * math.ceil(request.drawings / 2))


def _doodles(file: Path, request: Request) -> Samples:
    with np.load(file, allow_pickle=False) as archive:
        pictures = archive["images"]
    chosen = [picture for number, picture in enumerate(pictures) if part_of(f"doodle {number}") is request.part]
    return normalised_samples(chosen, np.full(len(chosen), NOT_A_DIGIT))


def _noise(request: Request) -> Samples:
    seed = (*Part,).index(request.part) + 3 * request.seed
    return noise_samples(6_000 if request.part is Part.TRAINING else 1_500, seed)


FILES: Mapping[str, tuple[str, Callable[[Path, Request], Samples]]] = {
    "mnist": ("mnist.npz", _mnist),
    "strokes-unipen": ("strokes-unipen.jsonl.gz", _strokes),
    "strokes-pendigits": ("strokes-pendigits.jsonl.gz", _strokes),
    "strokes-letters-upper": ("strokes-letters-upper.jsonl.gz", _marks),
    "strokes-letters-lower": ("strokes-letters-lower.jsonl.gz", _marks),
    "strokes-symbols": ("strokes-symbols.jsonl.gz", _marks),
    "scanned-digits": ("scanned-digits.zip", _archive),
    "phone-digits": ("phone-digits.zip", _archive),
    "phone-not-a-digit": ("phone-not-a-digit.zip", _archive),
    "optdigits": ("optdigits.npz", _optdigits),
    "doodles": ("doodles.npz", _doodles),
}
MADE: Mapping[str, Callable[[Request], Samples]] = {"noise": _noise}

SOURCES = (*FILES, *MADE)


def load_source(name: str, datasets: Path, request: Request) -> Samples:
    """Return the samples of one part of a source.

    Raises:
        DatasetMissing: its file is not in the datasets folder.
        InvalidValue: there is no source of this name.
    """
    if name in MADE:
        return MADE[name](request)
    file = find_file(name, datasets)
    _, load = FILES[name]
    return load(file, request)


def find_file(name: str, datasets: Path) -> Path:
    """Return the file of a source, or say that it is missing."""
    if name not in FILES:
        raise InvalidValue(f"There is no data set {name!r}; there are {', '.join(SOURCES)}.")
    file = datasets / FILES[name][0]
    if not file.is_file():
        raise DatasetMissing(
            f"The data set {name} needs the file {file.name} in the datasets folder (HWR_DATASETS_DIR)."
        )
    return file


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a data file, in hex, for the model card."""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
