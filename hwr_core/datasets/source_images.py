"""The images of each data set, read from its file as a user's image would come in."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from hwr_core.datasets import archives, custom, mnist, strokes
from hwr_core.datasets.corrupt import degrade, on_paper
from hwr_core.datasets.no_digits import drawings
from hwr_core.datasets.no_digits.font_characters import font_characters
from hwr_core.datasets.no_digits.noise import noise
from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import LabelledImage, Part, part_of
from hwr_core.datasets.shapes.bank import shape_recordings
from hwr_core.images.strokes import Strokes
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT

ImagesOf: TypeAlias = Callable[[Path, Request], Iterator[LabelledImage]]

BLOCK = 100
"""Where a file names no writers, neighbours in it are by the same one, so whole blocks go to one part."""

POOR_EACH, POOR_TESTED = 20_000, 400
"""The most digits taken of each set for `poor_images`, to learn from and to check on."""

DRAWN_THINGS, DRAWN_THINGS_TESTED = 9_000, 1_080
"""How many drawings of things are made, to learn from and to check on."""

RARE_SHAPES, RARE_SHAPES_TESTED = 6_000, 600
"""How many digits are drawn in rare shapes, to learn from and to check on."""

SEVERAL, SEVERAL_TESTED, MOST_SEVERAL = 9_000, 500, 3
"""How many images of several digits are drawn, to learn from and to check on, and the most digits on one."""


def mnist_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield MNIST's own images."""
    images, labels = mnist.load_mnist(file, request.part)
    yield from ((images[place], int(labels[place])) for place in request.choose(range(len(labels))))


def block_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield digits of a file that names no writers, a block of neighbours in one part."""
    with np.load(file, allow_pickle=False) as archive:
        images, labels = archive["images"], archive["labels"]
    of_part = [place for place in range(len(labels)) if part_of(f"{file.stem} {place // BLOCK}") is request.part]
    yield from ((images[place], int(labels[place])) for place in request.choose(of_part))


def rare_shape_images(_: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield digits in shapes that the sets hardly hold; each part has its own."""
    rng = np.random.default_rng(_made_seed(request))
    pens = strokes.VARIED if request.part is Part.TRAINING else strokes.PLAIN
    count = RARE_SHAPES if request.part is Part.TRAINING else RARE_SHAPES_TESTED
    for number in range(min(count, request.limit or count)):
        recording = shape_recordings(rng, number % len(DIGITS))
        assert recording is not None, "every digit has shapes"
        yield strokes.draw_recording(recording, pens, rng), recording.label


def doodle_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield drawings that are no digits."""
    with np.load(file, allow_pickle=False) as archive:
        images = archive["images"]
    of_part = [place for place in range(len(images)) if part_of(f"doodle {place}") is request.part]
    yield from ((images[place], NOT_A_DIGIT) for place in request.choose(of_part))


def drawn_thing_images(_: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield made drawings of things; each part has its own."""
    count = DRAWN_THINGS if request.part is Part.TRAINING else DRAWN_THINGS_TESTED
    seed = _made_seed(request)
    return _drawn(drawings.any_drawings(drawings.FAMILIES, min(count, request.limit or count), seed), request)


def font_character_images(_: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield letters and signs of the Hershey fonts; none is in two parts."""
    return _drawn(request.choose(list(font_characters(request.part, _made_seed(request)))), request)


def _drawn(made: Iterable[Strokes], request: Request) -> Iterator[LabelledImage]:
    """Yield what is no digit, each drawing by another pen."""
    rng = np.random.default_rng(_made_seed(request))
    pens = strokes.VARIED if request.part is Part.TRAINING else strokes.PLAIN
    for drawn in made:
        yield strokes.draw_recording(strokes.Recording(NOT_A_DIGIT, drawn), pens, rng), NOT_A_DIGIT


def _made_seed(request: Request) -> int:
    """A seed for what is made: another one for each part."""
    return (*Part,).index(request.part) + 3 * request.seed


def noise_images(_: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield made noise; each part has its own."""
    count = 6_000 if request.part is Part.TRAINING else 1_500
    return noise(min(count, request.limit or count), _made_seed(request))


def archive_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield the images of a ZIP archive with an index."""
    return archives.images(file, request.choose(archives.rows(file, request.part)))


def blank_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield empty cells; to learn from, each turned and mirrored in all eight ways, since there are few."""
    if request.part is not Part.TRAINING:
        yield from archive_images(file, request)
        return
    once = replace(request, limit=request.limit and math.ceil(request.limit / 8))
    for image, label in archive_images(file, once):
        for turns in range(4):
            turned = np.ascontiguousarray(np.rot90(image, turns))
            yield turned, label
            yield np.ascontiguousarray(turned[:, ::-1]), label


def recording_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield pen strokes, each drawn once with a plain pen."""
    recordings = request.choose(list(strokes.read_recordings(file, request.part)))
    rng = np.random.default_rng(request.seed)
    yield from ((strokes.draw_recording(each, strokes.PLAIN, rng), each.label) for each in recordings)


def several_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield two or three digits of one part side by side: several digits are not a digit."""
    recordings = list(strokes.read_recordings(file, request.part))
    rng = np.random.default_rng((request.seed, (*Part,).index(request.part)))
    learning = request.part is Part.TRAINING
    count = 0 if len(recordings) < MOST_SEVERAL else SEVERAL if learning else SEVERAL_TESTED
    pens = strokes.VARIED if learning else strokes.PLAIN
    for _ in range(min(count, request.limit or count)):
        selected = rng.choice(len(recordings), rng.integers(2, MOST_SEVERAL + 1), replace=False)
        together = strokes.side_by_side([recordings[place] for place in selected], rng)
        yield strokes.draw_recording(together, pens, rng), NOT_A_DIGIT


def custom_images(folder: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield the user's own image files."""
    return custom.images(request.choose(custom.files(folder, request.part)))


def correction_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield what the model saw of labelled predictions."""
    found = custom.corrections(file, request.part)
    yield from ((found.images[place], int(found.labels[place])) for place in request.choose(range(len(found))))


POOR_OF: tuple[tuple[str, ImagesOf, int], ...] = (
    (mnist.FILE, mnist_images, 1),
    ("strokes-unipen.jsonl.gz", recording_images, 1),
    ("strokes-pendigits.jsonl.gz", recording_images, 1),
    ("scanned-digits.zip", archive_images, 2),
    ("optdigits.npz", block_images, 2),
)
"""The files whose digits are degraded, and how often each one is used to learn from."""


def poor_images(file: Path, request: Request) -> Iterator[LabelledImage]:
    """Yield digits of the sets beside this file, degraded as by scanners, phones and paper."""
    rng = np.random.default_rng(request.seed)
    learning = request.part is Part.TRAINING
    most = POOR_EACH if learning else POOR_TESTED
    if request.limit is not None:
        sets = sum(rounds for _, _, rounds in POOR_OF) if learning else len(POOR_OF)
        most = min(most, math.ceil(request.limit / sets))
    for name, images, rounds in POOR_OF:
        path = file.parent / name
        if not path.is_file():
            continue
        for _ in range(rounds if learning else 1):
            for image, label in images(path, replace(request, limit=most)):
                yield degrade(on_paper(image), rng), label
