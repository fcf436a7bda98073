"""The suites by name: the images that versions are evaluated on, and whether a promotion depends on them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np

from hwr_core.datasets import archives, custom, strokes
from hwr_core.datasets.corrupt import CORRUPTIONS, on_paper
from hwr_core.datasets.no_digits import drawings
from hwr_core.datasets.no_digits.other_scripts import unseen_script_images
from hwr_core.datasets.pages import sent
from hwr_core.datasets.pages.types import MadePage
from hwr_core.datasets.pages.writers import DIGITS_RECORDED, Writers, has_writers
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.scripts import has_images, no_symbol_images, present_sources, symbol_images
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM, available_sources, load_images
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.scripts.script import WESTERN, Script, all_scripts

CORRUPTED_EACH = 250
"""Images for each corruption."""

PAGES, FIELDS, SEED = 160, 320, 17
"""Pages and fields that are made to be read, and the seed that they are made by."""

UNSEEN_DRAWINGS = 600

NO_SYMBOLS_EACH = 60
"""Images of each set of what is none of a script's digits."""

WRITTEN = "written"
"""Recordings of digits, to write pages with."""


@dataclass(frozen=True, slots=True)
class Item:
    """One image of a suite: grey, with dark or light ink; its label; and the group it counts in.

    `label`: 0-9 or NOT_A_DIGIT, or the place of a symbol in the suite's script and behind them its number of symbols;
    for whole numbers their digits, as text, a line for each number in reading order.
    `is_seen`: the image is normalised already and goes to the model as it is.
    """

    image: Grey
    label: int | str
    group: str
    is_seen: bool = False


Items = Callable[[Places, int | None], Iterator[Item]]
"""The images of a suite, at most a given number of each source."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Images for one question. `is_gate`: a version that is worse on it is not promoted without force.

    `script`: the one that its images are read in.
    """

    name: str
    about: str
    sources: tuple[str, ...]
    items: Items
    is_gate: bool = True
    script: str = WESTERN


def _of_sources(*names: str) -> Items:
    """The test parts of these sources, each a group; missing sources are left out."""

    def items(places: Places, limit: int | None) -> Iterator[Item]:
        there = available_sources(places)
        for name in names:
            if name in there:
                for image, label in load_images(name, places, Request(Part.TEST, limit=limit)):
                    yield Item(image, label, name, is_seen=name == CORRECTIONS)

    return items


def _corrupted(places: Places, limit: int | None) -> Iterator[Item]:
    """Each corruption on the same number of digits from all sources of digits, at strengths from weak to strong."""
    each = min(limit or CORRUPTED_EACH, CORRUPTED_EACH)
    there = available_sources(places)
    sources = [name for name in DIGIT_SOURCES if name in there]
    share = -(-each // len(sources))
    base = [
        (on_paper(image), label)
        for name in sources
        for image, label in load_images(name, places, Request(Part.TEST, limit=share))
        if label != NOT_A_DIGIT
    ][:each]
    for place, (name, corrupt) in enumerate(CORRUPTIONS.items()):
        rng = np.random.default_rng(place)
        strengths = rng.permutation(np.linspace(0.0, 1.0, len(base)))
        for (image, label), strength in zip(base, strengths, strict=True):
            yield Item(corrupt(image, float(strength), rng), label, name)


def _unseen(places: Places, limit: int | None) -> Iterator[Item]:
    """Kinds of drawing and scripts that no model learned from."""
    rng = np.random.default_rng(SEED)
    count = min(limit or UNSEEN_DRAWINGS, UNSEEN_DRAWINGS)
    for drawn in drawings.any_drawings(drawings.NEVER_LEARNED, count, SEED):
        image = strokes.draw_recording(strokes.Recording(NOT_A_DIGIT, drawn), strokes.PLAIN, rng)
        yield Item(image, NOT_A_DIGIT, "drawings")
    for image, label in unseen_script_images(places.datasets, limit):
        yield Item(image, label, "scripts")


def _amounts(places: Places, limit: int | None) -> Iterator[Item]:
    items = archives.amounts(places.datasets / f"{archives.AMOUNTS}.zip")
    for image, text in islice(items, limit):
        yield Item(image, text, archives.AMOUNTS)


def _made(make: Callable[[Writers, int, int], Iterator[tuple[str, MadePage]]], count: int) -> Items:
    """Pages that are made of what the test writers wrote, each kind a group."""

    def items(places: Places, limit: int | None) -> Iterator[Item]:
        writers = Writers.of(places.datasets, Part.TEST)
        for kind, page in make(writers, min(limit or count, count), SEED):
            yield Item(page.image, sent.text_of(page), kind)

    return items


DIGIT_SOURCES = ("mnist", "strokes-unipen", "strokes-pendigits", "scanned-digits", CUSTOM)
"""The sources whose digits are corrupted: each is written once on clean paper."""

NO_DIGITS = (
    "strokes-letters-upper",
    "strokes-letters-lower",
    "strokes-chars74k-letters",
    "strokes-symbols",
    "doodles",
    "other-scripts",
)
"""The sources of what is no digit; what is made belongs to them."""

_ALL = (
    Suite("mnist", "the MNIST test set", ("mnist",), _of_sources("mnist")),
    Suite(
        "strokes",
        "pen strokes drawn on a canvas",
        ("strokes-unipen", "strokes-pendigits"),
        _of_sources("strokes-unipen", "strokes-pendigits"),
    ),
    Suite(
        "scans",
        "scanned ball-pen and form digits",
        ("scanned-digits", "optdigits"),
        _of_sources("scanned-digits", "optdigits"),
    ),
    Suite("phone", "phone photos of digits", ("phone-digits",), _of_sources("phone-digits")),
    Suite(
        "no-digit",
        "letters, marks, doodles, drawings, other scripts and several digits at once",
        NO_DIGITS,
        _of_sources(*NO_DIGITS, "drawn-things", "several-digits"),
    ),
    Suite(
        "unseen",
        "drawings and scripts of kinds that nothing was learned from",
        ("other-scripts",),
        _unseen,
    ),
    Suite(
        "blank",
        "photos of empty cells, noise and shadows",
        ("phone-not-a-digit",),
        _of_sources("phone-not-a-digit", "noise"),
    ),
    Suite("poor", "digits as in poor scans and copies: faint, stretched, few pixels", ("poor",), _of_sources("poor")),
    Suite("numbers", "cheque amounts, each read completely right or not", (archives.AMOUNTS,), _amounts),
    Suite(
        "pages",
        "made photos of pages of numbers, each page read completely right or not",
        (WRITTEN,),
        _made(sent.sent_pages, PAGES),
    ),
    Suite(
        "forms",
        "made photos of numbers in form fields, on ruled and squared paper",
        (WRITTEN,),
        _made(sent.sent_fields, FIELDS),
    ),
    Suite(CUSTOM, "your own labelled images", (CUSTOM,), _of_sources(CUSTOM)),
    Suite(CORRECTIONS, "labelled predictions", (CORRECTIONS,), _of_sources(CORRECTIONS), is_gate=False),
    Suite("corrupted", "digits blurred, rotated, shaded, squeezed ...", DIGIT_SOURCES, _corrupted, is_gate=False),
)


def _suite_of_script(script: Script) -> Suite:
    """What the test writers wrote in a script, and what is none of its digits."""
    return Suite(
        f"script-{script.name}",
        f"{script.title}: digits of the script, drawings and digits of other scripts",
        (f"script-{script.name}",),
        partial(_script_items, script),
        script=script.name,
    )


def _script_items(script: Script, places: Places, limit: int | None) -> Iterator[Item]:
    request = Request(Part.TEST, limit=limit)
    few = Request(Part.TEST, limit=min(limit or NO_SYMBOLS_EACH, NO_SYMBOLS_EACH))
    none = len(script.symbols)
    for source in present_sources(script, places.datasets):
        for image, label in symbol_images(script, source, places.datasets, request):
            yield Item(image, label, Path(source.file).stem)
    for other in OTHER_SCRIPTS:
        if other.name != script.name:
            alike = {other.values.index(value) for value in script.alike.get(other.name, {})}
            for source in present_sources(other, places.datasets):
                for image, label in symbol_images(other, source, places.datasets, few):
                    if label not in alike:
                        yield Item(image, none, "other scripts")
    for image, _ in no_symbol_images(places, few):
        yield Item(image, none, "no symbol")


OTHER_SCRIPTS = tuple(script for script in all_scripts().values() if script.sources)

SUITES: Mapping[str, Suite] = {suite.name: suite for suite in (*_ALL, *map(_suite_of_script, OTHER_SCRIPTS))}

FOLDER = "folder"
"""The prefix of the name of a suite that is a folder."""


def available_suites(places: Places) -> list[str]:
    """Return the names of the suites that have images here."""
    there = set(available_sources(places))
    if (places.datasets / f"{archives.AMOUNTS}.zip").is_file():
        there.add(archives.AMOUNTS)
    if has_writers(places.datasets):
        there.add(WRITTEN)
    there.update(f"script-{script.name}" for script in OTHER_SCRIPTS if has_images(script, places.datasets))
    if CUSTOM in there and not custom.files(places.custom, Part.TEST):
        there.remove(CUSTOM)  # there are so few that none is for testing
    return [name for name, suite in SUITES.items() if there.intersection(suite.sources)]


def gate_suites(places: Places) -> list[str]:
    """Return the names of the suites that a promotion depends on here."""
    return [name for name in available_suites(places) if SUITES[name].is_gate]


def find_suite(name: str, places: Places) -> Suite:
    """Return a suite whose images are here.

    Raises:
        InvalidValue: there is no suite of this name.
        DatasetMissing: none of its data is here.
    """
    if name not in SUITES:
        raise InvalidValue(f"There is no suite {name!r}; there are {', '.join(SUITES)}.")
    if name not in available_suites(places):
        names = (_files_of(each) for each in SUITES[name].sources)
        raise DatasetMissing(f"The suite {name} needs one of the data sets {', '.join(chain.from_iterable(names))}.")
    return SUITES[name]


def _files_of(source: str) -> tuple[str, ...]:
    """The data sets that a source of a suite needs, as they are called where one is missing."""
    if source == WRITTEN:
        return DIGITS_RECORDED
    script = all_scripts().get(source.removeprefix("script-"))
    return tuple(each.file for each in script.sources) if script else (source,)


def folder_suite(folder: Path) -> Suite:
    """Return a suite of all labelled images in a folder, which has a folder for each label. Raises DatasetMissing."""
    files = custom.labelled_files(folder)

    def items(_: Places, limit: int | None) -> Iterator[Item]:
        selected: Sequence[custom.CustomFile] = Request(Part.TEST, limit=limit).choose(files)
        for image, label in custom.images(selected):
            yield Item(image, label, FOLDER)

    return replace(SUITES[CUSTOM], name=f"{FOLDER}-{custom.hash_folder(folder)[:8]}", about=folder.name, items=items)
