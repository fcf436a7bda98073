"""The normaliser with one of its stages left out or done the simple way: what each stage is worth."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import cv2
import numpy as np

from hwr_core.errors import NoInk
from hwr_core.images.binarise import Foreground
from hwr_core.images.foreground import cut_out
from hwr_core.images.geometry import BOX, edge_of
from hwr_core.images.normalise import STAGES, Run, Work, normalise
from hwr_core.images.types import SIDE, Grey

Normaliser: TypeAlias = Callable[[Grey], Grey]
"""Grey image in, 28x28 out, as `normalise` at level 1. Raises NoInk."""


def flat_background(grey: Grey) -> Grey:
    """Return one tone, that of the edge, for the whole background."""
    return np.full_like(grey, int(np.median(edge_of(grey))))


def all_of_it(foreground: Foreground) -> Grey:
    """Return the mask of the foreground, specks and frames included. Raises NoInk."""
    if not foreground.mask.any():
        raise NoInk("There is nothing but a frame on the image.")
    return foreground.mask


def stretched(foreground: Grey) -> Grey:
    """Scale to the box without keeping the aspect ratio."""
    return np.asarray(cv2.resize(foreground, (BOX, BOX), interpolation=cv2.INTER_AREA), np.uint8)


def box_in_the_middle(boxed: Grey) -> Grey:
    """Put the box, not its centre of mass, in the middle."""
    height, width = boxed.shape
    centred = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    centred[top : top + height, left : left + width] = boxed
    return centred


def squeezed(grey: Grey) -> Grey:
    """Squeeze the image to 28x28 and turn it to bright on dark, as many an MNIST app does: no stage at all."""
    small = np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(255 - small, np.uint8) if np.median(small) > 127 else small


def _flat_background(work: Work) -> Work:
    return work._replace(image=flat_background(work.image), source=work.image)


def _clean_nothing(work: Work) -> Work:
    return work.with_image(cut_out(work.found, all_of_it(work.found)))


def _stretched(work: Work) -> Work:
    return work.with_image(stretched(work.image))


def _box_in_the_middle(work: Work) -> Work:
    return work.with_image(box_in_the_middle(work.image))


def _nothing(work: Work) -> Work:
    return work


def _instead_of(name: str, run: Run) -> Normaliser:
    """A normaliser that runs something else in place of the stage of this name."""
    stages = tuple(replace(stage, run=run) if stage.name == name else stage for stage in STAGES)
    return partial(normalise, through=stages)


WITHOUT: Mapping[str, Normaliser] = {
    "nothing": normalise,
    "margin": _instead_of("margin", _nothing),
    "surroundings": _instead_of("surroundings", _nothing),
    "uneven background": _instead_of("background", _flat_background),
    "ruled lines": _instead_of("ruled lines", _nothing),
    "specks and cell frames": _instead_of("clean", _clean_nothing),
    "aspect ratio": _instead_of("box", _stretched),
    "centre of mass": _instead_of("centre", _box_in_the_middle),
    "all stages": squeezed,
}
"""By what is left out."""
