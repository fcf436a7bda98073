"""The way of an image to the 28x28, stage by stage, to be looked at; `normalise` goes it without stopping."""

from dataclasses import dataclass

from hwr_core.errors import NoInk
from hwr_core.images.background import estimate_background
from hwr_core.images.binarise import binarise
from hwr_core.images.foreground import clean_foreground, cut_out
from hwr_core.images.normalise import centre, check_enhancement_level, denoise, fit_to_box, resize_to_work
from hwr_core.images.ruled_lines import remove_ruled_lines
from hwr_core.images.types import Grey


@dataclass(frozen=True, slots=True)
class Stage:
    """An image on its way, uint8, and what was done to it, in a few words."""

    about: str
    image: Grey


def stages(grey: Grey, enhancement_level: float = 1.0) -> list[Stage]:
    """Return what becomes of an image, from what was given to the 28x28; where no ink is found, as far as it came.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3, as `normalise` takes it.

    Raises:
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    check_enhancement_level(enhancement_level)
    smooth = denoise(resize_to_work(grey), enhancement_level)
    way = [Stage("As given", grey), Stage("In working size", smooth)]
    try:
        paper = estimate_background(smooth, enhancement_level)
        way.append(Stage("The paper", paper))
        ink = remove_ruled_lines(binarise(smooth, paper))
        way.append(Stage("The ink on it", ink.strength))
        writing = cut_out(ink, clean_foreground(ink, enhancement_level))
        way.append(Stage("Cut out, without specks", writing))
        boxed = fit_to_box(writing)
        way.append(Stage("In a box of 20", boxed))
        way.append(Stage("Its mass in the middle", centre(boxed)))
    except NoInk:
        return way
    return way
