"""What scripts are learned from: every symbol, Western digits and what is no symbol, as one set of labels."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from hwr_core.datasets.corrupt import degrade, on_paper
from hwr_core.datasets.custom import corrections_of_script
from hwr_core.datasets.normalised import normalised_in_chunks, normalised_samples
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.scripts import (
    LETTERS,
    no_symbol_images,
    present_sources,
    shape_images,
    symbol_images,
    western_samples,
)
from hwr_core.datasets.sources import CORRECTIONS
from hwr_core.images.types import Grey
from hwr_core.recognition.scripts.heads import NONE
from hwr_core.scripts.script import WESTERN, Script, ScriptSource, find_script

SHAPES = "shapes"
"""In place of a source: the shapes that a script names, drawn."""

EACH = 9_000
"""Samples of a script below which its images are repeated, each time distorted otherwise."""

MOST_REPEATS = 8

OTHERS_LIMIT = 2_500
"""The most images of each set of Western digits, and of what is no symbol."""

SQUARE, SHARE_SQUARE, NARROWER = 32, 0.5, (0.55, 1.0)
"""Sides of an image in other proportions, the share of images that is made square, and how wide others are."""

MOST_STRETCHED = 2.0
"""No image is made so many times wider or narrower: a bar would become a block."""


@dataclass(frozen=True, slots=True)
class ScriptSamples:
    """The samples of one source of a script, by the name of its file; a label is the place of its symbol."""

    script: Script
    source: str
    samples: Samples


@dataclass(frozen=True, slots=True)
class PartData:
    """Everything of one part: the samples of each source of each script, Western digits, and what is no symbol (0)."""

    sources: tuple[ScriptSamples, ...]
    western: Samples
    none: Samples


def load_part(
    scripts: Sequence[Script],
    places: Places,
    request: Request,
    on_source: Callable[[str, int], None] = lambda *_: None,
) -> PartData:
    """Return the samples of one part; to learn from, each image is there as it is, in other proportions, and poor.

    `on_source` is called with each source that is ready; an exception in it stops the work.
    """
    sources = []
    for script in scripts:
        for source in present_sources(script, places.datasets):
            found = _samples_of(script, source, places, request)
            sources.append(ScriptSamples(script, source.file, found))
            on_source(f"{script.name}, {source.file}", len(found))
    for script in scripts:
        shapes = normalised_samples(shape_images(script, request))
        if len(shapes):
            sources.append(ScriptSamples(script, SHAPES, shapes))
            on_source(f"{script.name}, {SHAPES}", len(shapes))
    corrected = [(script, _corrections(script, places, request.part)) for script in scripts]
    for script, found in corrected:
        if len(found):
            symbols = found.where(found.labels < len(script.symbols))
            sources.append(ScriptSamples(script, CORRECTIONS, symbols))
            on_source(f"{script.name}, {CORRECTIONS}", len(symbols))
    most = replace(request, limit=min(request.limit or OTHERS_LIMIT, OTHERS_LIMIT))
    western = Samples.join(western_samples(places, most))
    western = western.where(western.labels < len(find_script(WESTERN).symbols))
    on_source(WESTERN, len(western))
    others = no_symbol_images(places, most, with_letters=not any(_has_letters(script) for script in scripts))
    none = Samples.join(normalised_in_chunks((image, 0) for image, _ in others))
    for script, found in corrected:
        refused = found.where(found.labels == len(script.symbols))
        none = Samples.join([none, Samples(refused.images, np.zeros(len(refused), np.uint8))])
    on_source("no symbol", len(none))
    return PartData(tuple(sources), western, none)


def joint(data: PartData, first: dict[str, int], scripts: Sequence[Script], *, learning: bool) -> Samples:
    """Return the samples of these scripts, of Western digits and of no symbol with the labels of the joint outputs.

    Args:
        data: of one part.
        first: for each script, WESTERN and NONE the output of its first symbol.
        scripts: which scripts are among the outputs.
        learning: whether scripts of few images are repeated.
    """
    parts = [_labelled_from(data.western, first[WESTERN]), _labelled_from(data.none, first[NONE])]
    for script in scripts:
        parts += [_labelled_from(own, first[script.name]) for own in _own(data, script, learning=learning)]
    return Samples.join(parts)


def _own(data: PartData, script: Script, *, learning: bool) -> list[Samples]:
    own = Samples.join(each.samples for each in data.sources if each.script.name == script.name)
    return [own] * (min(MOST_REPEATS, max(1, round(EACH / max(1, len(own))))) if learning else 1)


def of_script(data: PartData, script: Script, *, learning: bool = False) -> Samples:
    """Return the symbols of a script, repeated to learn from, and, labelled as none, all that looks like none."""
    none = len(script.symbols)
    own = _own(data, script, learning=learning)
    others = [data.none, *_unlike(data.western, find_script(WESTERN), script)]
    for each in data.sources:
        if each.script.name != script.name:
            others += _unlike(each.samples, each.script, script)
    return Samples.join([*own, *(Samples(each.images, np.full(len(each), none, np.uint8)) for each in others)])


def _unlike(samples: Samples, other: Script, script: Script) -> Iterator[Samples]:
    """The samples of another script that look like no symbol of this one."""
    alike = [other.values.index(value) for value in script.alike.get(other.name, {})]
    yield samples.where(~np.isin(samples.labels, alike))


def _samples_of(script: Script, source: ScriptSource, places: Places, request: Request) -> Samples:
    images = list(symbol_images(script, source, places.datasets, request))
    clean = normalised_samples(images)
    if request.part is not Part.TRAINING:
        return clean
    rng = np.random.default_rng(request.seed)
    reshaped = normalised_samples((_reshaped(image, rng), label) for image, label in images)
    poor = normalised_samples((degrade(on_paper(image), rng), label) for image, label in images)
    return Samples.join([clean, reshaped, poor])


def _corrections(script: Script, places: Places, part: Part) -> Samples:
    """What users have said of predictions in a script; none where nobody has."""
    if not places.corrections.is_file():
        return Samples.join([])
    return corrections_of_script(places.corrections, part, script)


def _has_letters(script: Script) -> bool:
    """Whether letters are symbols of a script, and so cannot stand for what is none."""
    return bool(LETTERS.intersection(script.symbols))


def _reshaped(image: Grey, rng: np.random.Generator) -> Grey:
    """The ink of an image in other proportions: square, as some sets keep it, or narrower."""
    ink = (image > image.max() // 2).astype(np.uint8)
    left, top, width, height = cv2.boundingRect(ink)
    wide = SQUARE * (1.0 if rng.random() < SHARE_SQUARE else rng.uniform(*NARROWER))
    as_it_is = SQUARE * width / height
    wide = round(np.clip(wide, as_it_is / MOST_STRETCHED, as_it_is * MOST_STRETCHED))
    ink_alone = image[top : top + height, left : left + width]
    cropped = cv2.resize(ink_alone, (max(wide, 1), SQUARE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.pad(cropped, SQUARE // 8), np.uint8)


def _labelled_from(samples: Samples, first: int) -> Samples:
    return Samples(samples.images, (samples.labels + np.uint8(first)).astype(np.uint8))
