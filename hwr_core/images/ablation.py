"""The normaliser with one of its steps left out or done the simple way: what each step is worth."""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from hwr_core.errors import NoInk
from hwr_core.images.background import estimate_background
from hwr_core.images.binarise import Foreground, binarise, foreground_mask
from hwr_core.images.foreground import clean_foreground, cut_out
from hwr_core.images.normalise import BOX, centre, fit_to_box, normalise, resize_to_work
from hwr_core.images.ruled_lines import remove_ruled_lines
from hwr_core.images.types import SIDE, Grey

LEVEL = 1.0


def flat_paper(grey: Grey, _: float) -> Grey:
    """One tone, that of the edge, for the whole paper."""
    return np.full_like(grey, int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))))


def all_ink(ink: Foreground, _: float) -> Grey:
    """Specks and frames included. Raises NoInk."""
    mask = foreground_mask(ink)
    if not mask.any():
        raise NoInk("Nothing but a frame was there.")
    return mask


def stretched(writing: Grey) -> Grey:
    """Scaled to the box without keeping the aspect."""
    return np.asarray(cv2.resize(writing, (BOX, BOX), interpolation=cv2.INTER_AREA), np.uint8)


def box_in_the_middle(boxed: Grey) -> Grey:
    """The box, not its mass, in the middle."""
    height, width = boxed.shape
    seen = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    seen[top : top + height, left : left + width] = boxed
    return seen


def squeezed(grey: Grey) -> Grey:
    """No step at all: squeezed to 28x28 and turned to bright on dark, as many an MNIST app does."""
    small = np.asarray(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(255 - small, np.uint8) if np.median(small) > 127 else small


def _composed(
    *,
    paper: Callable[[Grey, float], Grey] = estimate_background,
    lines: Callable[[Foreground], Foreground] = remove_ruled_lines,
    writing: Callable[[Foreground, float], Grey] = clean_foreground,
    box: Callable[[Grey], Grey] = fit_to_box,
    place: Callable[[Grey], Grey] = centre,
) -> Callable[[Grey], Grey]:
    """A normaliser of these steps."""

    def normaliser(grey: Grey) -> Grey:
        sized = resize_to_work(grey)
        ink = lines(binarise(sized, paper(sized, LEVEL)))
        return place(box(cut_out(ink, writing(ink, LEVEL))))

    return normaliser


WITHOUT: Mapping[str, Callable[[Grey], Grey]] = {
    "as it is": normalise,
    "paper of many tones": _composed(paper=flat_paper),
    "frames and ruled lines": _composed(lines=lambda ink: ink),
    "specks and cells' lines": _composed(writing=all_ink),
    "aspect kept": _composed(box=stretched),
    "centre of mass": _composed(place=box_in_the_middle),
    "all of it": squeezed,
}
"""By the step that is left out: grey image in, 28x28 out, as `normalise` at level 1. Each raises NoInk."""
