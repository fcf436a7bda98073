"""Images of the symbols of each script, and of what is a digit in none of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hwr_core.datasets import strokes
from hwr_core.datasets.no_digits import drawings
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import LabelledImage, Part, Samples, part_of, writers_of
from hwr_core.datasets.sources import available_sources, load_images, load_source
from hwr_core.errors import DatasetMissing
from hwr_core.images.strokes import Strokes
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.scripts.script import Script, ScriptSource

WESTERN_SOURCES = (
    "mnist",
    "strokes-unipen",
    "strokes-pendigits",
    "scanned-digits",
    "optdigits",
    "photographed-digits",
    "strokes-chars74k-digits",
    "rare-shapes",
)
"""The sets of Western digits that scripts are told apart by."""

NO_SYMBOL_SOURCES = ("doodles", "several-digits", "signatures", "noise", "phone-not-a-digit")

LIKE_A_SYMBOL = frozenset(
    {"tick", "mountain", "cross", "equals sign", "heart", "diamond", "triangle", "wave", "moon", "hat", "bolt", "leaf"}
)
"""Drawings that look like a digit of some script: a tick is an Arabic 7, a mountain an 8, a cross the Chinese ten."""

SHAPE_TIMES, UNSTEADY = 150, 3.0
"""How often each shape is drawn, and how far its points are off, in hundredths of it."""

DRAWN, DRAWN_TO_CHECK = 2_500, 600
"""How many drawings of other things are made, to learn from and to check on."""

LETTER_SOURCES = ("strokes-letters-upper", "strokes-letters-lower")

SHARED_SOURCES = (*WESTERN_SOURCES, *NO_SYMBOL_SOURCES, *LETTER_SOURCES)
"""The sets, beside those of the scripts, that the network which scripts share learns from."""

LETTERS = frozenset("ABFKMRWXadefhkmwx")
"""The letters that look like a digit in none of the scripts."""


def present_sources(script: Script, folder: Path) -> list[ScriptSource]:
    """Return the sources of a script whose files are there."""
    return [source for source in script.sources if (folder / source.file).is_file()]


def has_images(script: Script, folder: Path) -> bool:
    """Tell whether there are images to learn a script from."""
    return any(source.use == "learn" for source in present_sources(script, folder))


def confirm_images(script: Script, folder: Path) -> None:
    """Raise DatasetMissing where there are no images to learn a script from."""
    if not has_images(script, folder):
        names = " or ".join(source.file for source in script.sources if source.use == "learn")
        raise DatasetMissing(f"The script {script.name} needs {names or 'a source'} in the datasets folder.")


def symbol_images(script: Script, source: ScriptSource, folder: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield the images of one part of a source; a label is the place of its symbol in the script.

    A source "to test" has a test part alone, which is all of it.
    """
    path = folder / source.file
    if path.suffix == ".npz":
        yield from _images_of_file(script, source, path, request)
    else:
        yield from _drawn_symbols(script, path, request)


def _images_of_file(script: Script, source: ScriptSource, path: Path, request: Request) -> Iterator[LabelledImage]:
    with np.load(path, allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"].astype(np.int64)
        writers = writers_of(archive, source.block)
    place_of = {value: place for place, value in enumerate(script.values)}
    of_part = [
        place
        for place, label in enumerate(labels.tolist())
        if label in place_of and _part(source, f"{path.stem} {writers[place]}") is request.part
    ]
    yield from ((images[place], place_of[int(labels[place])]) for place in request.choose(of_part))


def _drawn_symbols(script: Script, path: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield recorded strokes, drawn with any pen."""
    rng = np.random.default_rng(request.seed)
    pens = strokes.VARIED if request.part is Part.TRAINING else strokes.PLAIN
    place_of = {symbol: place for place, symbol in enumerate(script.symbols)}
    found = [
        (place_of[label.upper()], recording)
        for label, recording in strokes.labelled_recordings(path, request.part)
        if label.upper() in place_of
    ]
    for place, recording in request.choose(found):
        yield strokes.draw_recording(recording, pens, rng), place


def shape_images(script: Script, request: Request) -> Iterator[LabelledImage]:
    """Yield the shapes that a script names, to learn from: each many times, by another unsteady hand and pen."""
    rng = np.random.default_rng(request.seed)
    if request.part is not Part.TRAINING:
        return
    for value, shapes in script.shapes.items():
        place = script.values.index(value)
        for shape in shapes:
            for _ in range(min(SHAPE_TIMES, request.limit or SHAPE_TIMES)):
                drawn = [
                    stroke + rng.normal(0, UNSTEADY, stroke.shape).astype(np.float32) for stroke in _strokes(shape)
                ]
                yield strokes.draw_recording(strokes.Recording(NOT_A_DIGIT, drawn), strokes.VARIED, rng), place


def _strokes(shape: str) -> Strokes:
    return [np.array([point.split(",") for point in stroke.split()], np.float32) for stroke in shape.split(" / ")]


def western_samples(places: Places, request: Request) -> Iterator[Samples]:
    """Yield Western digits of many sources, to tell other scripts from them."""
    for name in WESTERN_SOURCES:
        if name in available_sources(places):
            yield from load_source(name, places, request)


def no_symbol_images(places: Places, request: Request, *, with_letters: bool = True) -> Iterator[LabelledImage]:
    """Yield drawings and marks that are a symbol of no script, and letters that look like a digit in none."""
    there = available_sources(places)
    for name in NO_SYMBOL_SOURCES:
        if name in there:
            yield from load_images(name, places, request)
    rng = np.random.default_rng(request.seed)
    pens = strokes.VARIED if request.part is Part.TRAINING else strokes.PLAIN
    for drawn in _drawn_things(request):
        yield strokes.draw_recording(strokes.Recording(NOT_A_DIGIT, drawn), pens, rng), NOT_A_DIGIT
    for name in LETTER_SOURCES if with_letters else ():
        path = places.datasets / f"{name}.jsonl.gz"
        if path.is_file():
            recordings = list(strokes.recordings_of(path, request.part, LETTERS))
            for recording in request.choose(recordings):
                yield strokes.draw_recording(recording, pens, rng), recording.label


def _drawn_things(request: Request) -> Iterator[Strokes]:
    """Yield made drawings; each part has its own."""
    kinds = tuple(kind for kind in drawings.FAMILIES if kind not in LIKE_A_SYMBOL)
    count = DRAWN if request.part is Part.TRAINING else DRAWN_TO_CHECK
    seed = (*Part,).index(request.part) + len(Part) * request.seed
    return drawings.any_drawings(kinds, min(count, request.limit or count), seed)


def _part(source: ScriptSource, writer: str) -> Part:
    return Part.TEST if source.use == "test" else part_of(writer)
