"""The user's own images: a folder for each label with image files in it, and predictions with a corrected label.

custom_dataset/7/anything.png           read alone: its content decides to which part of the split it belongs
custom_dataset/7/ada/anything.png       all of the writer "ada" belong to one part
custom_dataset/none/scribble.png        no digit
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from hwr_core.datasets.samples import LabelledImage, Part, Samples, part_of
from hwr_core.errors import DatasetMissing, ImageError
from hwr_core.images.decode import decode
from hwr_core.recognition.types import DIGITS, NONE, NOT_A_DIGIT
from hwr_core.scripts.script import WESTERN, Script

log = logging.getLogger(__name__)

NO_DIGIT = -1
"""The label of what is no digit in a file of labelled predictions: in some scripts 10 is one."""

LABEL_OF_FOLDER = {**{str(digit): digit for digit in DIGITS}, NONE: NOT_A_DIGIT}
"""The names that folders of labelled images have."""


@dataclass(frozen=True, slots=True)
class CustomFile:
    """A labelled image file. `writer` is None where its folder names none."""

    path: Path
    label: int
    writer: str | None


def files(folder: Path, part: Part | None = None) -> list[CustomFile]:
    """Return the image files of one part, or all, in a fixed order; hidden files are passed over."""
    found = []
    for name, label in LABEL_OF_FOLDER.items():
        for path in sorted((folder / name).rglob("*")):
            inside = path.relative_to(folder / name).parts
            if path.is_file() and not any(each.startswith(".") for each in inside):
                found.append(CustomFile(path, label, inside[0] if len(inside) > 1 else None))
    return [file for file in found if part is None or _part(file) is part]


def labelled_files(folder: Path) -> list[CustomFile]:
    """Return all image files of a folder that somebody names. Raises DatasetMissing where there are none."""
    found = files(folder)
    if not found:
        raise DatasetMissing(
            "The folder holds no labelled images: it needs folders named 0 to 9, or none, with image files in them."
        )
    return found


def images(selected: Sequence[CustomFile]) -> Iterator[LabelledImage]:
    """Yield the images of these files; one that cannot be read is passed over, with a line in the log."""
    for file in selected:
        try:
            yield decode(file.path.read_bytes()), file.label
        except ImageError as error:
            log.warning("%s is left out: %s", file.path.name, error)


def hash_folder(folder: Path) -> str:
    """Return a hash of the labels and contents of all files, whatever their names."""
    lines = sorted(f"{file.label} {file.writer} {_hash(file.path)}" for file in files(folder))
    return sha256("\n".join(lines).encode()).hexdigest()


def corrections(file: Path, part: Part) -> Samples:
    """Return one part of the labelled predictions of Western digits in a file, split by what was seen."""
    return _of_part(_western(file), part)


def corrections_of_script(file: Path, part: Part, script: Script) -> Samples:
    """Return the same of another script; a label is the place of its symbol, and what is none comes after the last."""
    with np.load(file, allow_pickle=False) as archive:
        mine = archive["scripts"] == script.name if "scripts" in archive else np.zeros(len(archive["labels"]), bool)
        images, labels = archive["images"][mine], archive["labels"][mine].tolist()
    places = [len(script.symbols) if label == NO_DIGIT else script.values.index(label) for label in labels]
    return _of_part(Samples(images, np.array(places, np.uint8)), part)


def _western(file: Path) -> Samples:
    with np.load(file, allow_pickle=False) as archive:
        if "scripts" not in archive:  # as earlier versions wrote them: their jobs can be resumed
            return Samples(archive["images" if "images" in archive else "pictures"], archive["labels"])
        mine = archive["scripts"] == WESTERN
        images, labels = archive["images"][mine], archive["labels"][mine]
    return Samples(images, np.where(labels == NO_DIGIT, NOT_A_DIGIT, labels).astype(np.uint8))


def _of_part(found: Samples, part: Part) -> Samples:
    mine = [part_of(sha256(image.tobytes()).hexdigest()) is part for image in found.images]
    return found.where(np.array(mine, bool))


def _part(file: CustomFile) -> Part:
    return part_of(f"custom {file.writer}" if file.writer else _hash(file.path))


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
