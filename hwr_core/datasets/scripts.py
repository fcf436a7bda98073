"""Images of the symbols of each script, and of what is a digit in none of them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hwr_core.datasets import strokes
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import LabelledImage, Part, Samples, part_of, writers_of
from hwr_core.datasets.sources import available_sources, load_images, load_source
from hwr_core.errors import DatasetMissing
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

NO_SYMBOL_SOURCES = ("doodles", "drawn-things", "several-digits", "signatures", "noise", "phone-not-a-digit")

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
    for name in LETTER_SOURCES if with_letters else ():
        path = places.datasets / f"{name}.jsonl.gz"
        if path.is_file():
            recordings = list(strokes.recordings_of(path, request.part, LETTERS))
            for recording in request.choose(recordings):
                yield strokes.draw_recording(recording, pens, rng), recording.label


def _part(source: ScriptSource, writer: str) -> Part:
    return Part.TEST if source.use == "test" else part_of(writer)
