"""Grey image -> the 28x28 that the model reads: ink bright on black, in a 20 px box, centre of mass in the middle.

The target is MNIST's own geometry (LeCun et al., 1998, "Gradient-based learning applied to document recognition").
`STAGES` is the only list of what is done to an image: `normalise` runs it to its end, `stages` keeps every image on the
way, and `hwr_core.images.ablation` runs it with one stage left out or replaced.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np

from hwr_core.errors import InvalidValue, NoInk
from hwr_core.images.background import estimate_background
from hwr_core.images.binarise import Foreground, binarise
from hwr_core.images.foreground import clean_foreground, cut_out
from hwr_core.images.geometry import centre, fit_to_box, resize_to_work
from hwr_core.images.margin import with_margin
from hwr_core.images.ruled_lines import remove_ruled_lines
from hwr_core.images.surroundings import without_surroundings
from hwr_core.images.types import Grey

MAX_ENHANCEMENT = 3.0


class Work(NamedTuple):
    """An image on its way through the stages: `image` is what the latest one made, the rest is for those that follow.

    `source` is the image that the background was estimated of; `foreground` is None until it has been found. A tuple,
    since a frozen dataclass takes four times as long to make.
    """

    image: Grey
    enhancement_level: float
    source: Grey
    foreground: Foreground | None = None

    @property
    def found(self) -> Foreground:
        """The foreground, for stages that follow the one that finds it."""
        assert self.foreground is not None, "this stage stands before the one that finds the foreground"
        return self.foreground

    def with_image(self, image: Grey) -> "Work":
        """Return the same with another image."""
        return Work(image, self.enhancement_level, self.source, self.foreground)

    def with_foreground(self, foreground: Foreground) -> "Work":
        """Return the same with this foreground, its strength as the image."""
        return Work(foreground.strength, self.enhancement_level, self.source, foreground)


Run: TypeAlias = Callable[[Work], Work]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of preprocessing: its name, the title that a page shows, and the pure function that does it."""

    name: str
    title: str
    run: Run


@dataclass(frozen=True, slots=True)
class StageImage:
    """What a stage made of an image, uint8, under the stage's title."""

    title: str
    image: Grey


def check_enhancement_level(level: float) -> None:
    """Refuse a level that is no number from 0 to 3."""
    if not 0.0 <= level <= MAX_ENHANCEMENT:
        raise InvalidValue(f"enhancement_level is {level}; a number from 0 to {MAX_ENHANCEMENT:g} is allowed.")


def denoise(grey: Grey, enhancement_level: float) -> Grey:
    """Smooth by a Gaussian of `enhancement_level - 1` pixels; up to level 1 the image stays as it is."""
    sigma = enhancement_level - 1.0
    if sigma <= 0.0:
        return grey
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8)


def _resize(work: Work) -> Work:
    return work.with_image(resize_to_work(work.image))


def _give_margin(work: Work) -> Work:
    return work.with_image(with_margin(work.image))


def _remove_surroundings(work: Work) -> Work:
    return work.with_image(without_surroundings(work.image))


def _denoise(work: Work) -> Work:
    return work.with_image(denoise(work.image, work.enhancement_level))


def _estimate_background(work: Work) -> Work:
    return work._replace(image=estimate_background(work.image, work.enhancement_level), source=work.image)


def _binarise(work: Work) -> Work:
    return work.with_foreground(binarise(work.source, work.image))


def _remove_ruled_lines(work: Work) -> Work:
    return work.with_foreground(remove_ruled_lines(work.found))


def _clean(work: Work) -> Work:
    return work.with_image(cut_out(work.found, clean_foreground(work.found, work.enhancement_level)))


def _fit_to_box(work: Work) -> Work:
    return work.with_image(fit_to_box(work.image))


def _centre(work: Work) -> Work:
    return work.with_image(centre(work.image))


_FOREGROUND_STAGES = (
    Stage("surroundings", "Without surroundings", _remove_surroundings),
    Stage("denoise", "Smoothed", _denoise),
    Stage("background", "Background", _estimate_background),
    Stage("foreground", "Foreground", _binarise),
    Stage("ruled lines", "Without ruled lines", _remove_ruled_lines),
)
"""What a page of digits has in common with a single one."""

STAGES = (
    Stage("resize", "Resized", _resize),
    Stage("margin", "With a margin", _give_margin),
    *_FOREGROUND_STAGES,
    Stage("clean", "Cleaned", _clean),
    Stage("box", "20 px box", _fit_to_box),
    Stage("centre", "Centred", _centre),
)
"""Preprocessing: a new stage is a line here."""


def normalise(grey: Grey, enhancement_level: float = 1.0, through: Sequence[Stage] = STAGES) -> Grey:
    """Return the 28x28 (uint8, ink bright on black) that the model reads: the image that the last stage makes.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3. At 0 the background is taken for one flat tone; up to 1 (the default) its shading is
            evened out more and more; above 1 the image is smoothed too, and larger specks are removed (2 suits noisy
            photos).
        through: the stages to run.

    Raises:
        NoInk: an empty background or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    return _last(grey, enhancement_level, through).image


def stages(grey: Grey, enhancement_level: float = 1.0) -> list[StageImage]:
    """Return the input and what each stage makes of it, up to the 28x28; where there is no ink, as far as it came.

    Takes what `normalise` takes.

    Raises:
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    images = [StageImage("Input", grey)]
    try:
        for stage, work in _run(grey, enhancement_level, STAGES):
            images.append(StageImage(stage.title, work.image))
    except NoInk:
        return images
    return images


def normalise_or_none(grey: Grey, enhancement_level: float = 1.0) -> Grey | None:
    """Return what `normalise` returns, or None where there is no ink.

    Raises:
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    try:
        return normalise(grey, enhancement_level)
    except NoInk:
        return None


def foreground_of(resized: Grey, enhancement_level: float) -> Foreground:
    """Return the foreground of an image that has its working size already. Raises what `normalise` raises."""
    return _last(resized, enhancement_level, _FOREGROUND_STAGES).found


def _last(grey: Grey, enhancement_level: float, through: Sequence[Stage]) -> Work:
    *_, (_, work) = _run(grey, enhancement_level, through)
    return work


def _run(grey: Grey, enhancement_level: float, through: Sequence[Stage]) -> Iterator[tuple[Stage, Work]]:
    check_enhancement_level(enhancement_level)
    work = Work(grey, enhancement_level, source=grey)
    for stage in through:
        work = stage.run(work)
        yield stage, work
