"""Characters of other scripts: what is no Western digit, though somebody writes it with as much care.

A character that most readers of Western digits would take for one, such as the Kannada four, which is an eight here,
is neither taught as a digit nor as none: the tables below name the characters that are none. They were chosen by
looking at a sheet of each set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import LabelledImage, Part, part_of, writers_of
from hwr_core.datasets.unreadable import image_is_readable
from hwr_core.recognition.types import NOT_A_DIGIT

BLOCK = 20
"""Where a set names no writers, neighbours in it may be by the same one, so whole blocks go to one part."""


@dataclass(frozen=True, slots=True)
class Characters:
    """A file of characters, ink bright, and the labels of those that are no Western digit."""

    file: str
    labels: frozenset[str]


def _values(*values: int) -> frozenset[str]:
    return frozenset(map(str, values))


def _of_alphabet(name: str, *numbers: int) -> frozenset[str]:
    return frozenset(f"{name}/character{number:02}" for number in numbers)


OMNIGLOT = "characters-omniglot.npz"

LEARNED = (
    Characters("digits-arabic-madbase.npz", _values(2, 3, 4, 7, 8)),
    Characters("digits-devanagari-dhcd.npz", _values(6, 8)),
    Characters("digits-kannada.npz", _values(1, 5, 6, 8, 9)),
    Characters("numerals-chinese.npz", _values(0, 2, 3, 4, 5, 6, 8, 9, 10, 100, 1000, 10_000, 100_000_000)),
    Characters("symbols-bhmsds.npz", frozenset({"w", "x", "plus", "minus"})),
    Characters(
        OMNIGLOT,
        _of_alphabet("Early_Aramaic", 5, 8, 9, 11, 15, 18, 19, 21, 22)
        | _of_alphabet("Greek", 1, 2, 5, 7, 10, 11, 12, 13, 16, 17, 19, 20, 21, 22, 23, 24)
        | _of_alphabet("Latin", 1, 3, 4, 5, 6, 8, 11, 13, 14, 16, 18, 20, 21, 22, 23, 24),
    ),
)

NEVER_LEARNED = (
    Characters("digits-telugu-cmaterdb.npz", _values(5, 6, 8, 9)),
    Characters("digits-gujarati.npz", _values(4, 8, 9)),
    Characters(OMNIGLOT, _of_alphabet("Tagalog", 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17)),
)
"""Whole scripts that are kept apart, to find out what a model makes of those that it has not seen."""


def script_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield the characters of one part of the sets beside this file."""
    for characters in LEARNED:
        path = file.parent / characters.file
        if path.is_file():
            yield from _chosen(path, characters, request)


def unseen_script_images(folder: Path, limit: int | None) -> Iterator[LabelledImage]:
    """Yield characters of scripts that nothing was learned from, of all writers."""
    for characters in NEVER_LEARNED:
        path = folder / characters.file
        if path.is_file():
            yield from _chosen(path, characters, Request(Part.TEST, limit=limit), all_parts=True)


def _chosen(
    path: Path, characters: Characters, request: Request, *, all_parts: bool = False
) -> Iterator[LabelledImage]:
    with np.load(path, allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"].astype(str)
        writers = writers_of(archive, BLOCK)
    wanted = np.isin(labels, sorted(characters.labels))
    places = [
        place
        for place in np.flatnonzero(wanted).tolist()
        if all_parts or part_of(f"{path.stem} {writers[place]}") is request.part
    ]
    yield from ((images[place], NOT_A_DIGIT) for place in request.choose(places) if image_is_readable(images[place]))
