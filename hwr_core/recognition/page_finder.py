"""A page -> its numbers, each upright and alone: the page network looks at it in several sizes."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.finding import Maps, Place, find_places, ink_of, reading_order
from hwr_core.images.lines.page import Page, scaling
from hwr_core.images.lines.upright import upright
from hwr_core.images.normalise import check_enhancement_level, denoise
from hwr_core.images.pages import PAGE_UNIT
from hwr_core.images.types import Grey

LOWEST_SIDE, SIDES = 80, (256, 768, 1792)
"""Pixels of a page's shorter side at the first look, for digits that fill it, and of its longer side at the next ones;
the last is taken only where digits are low, or none were found."""

MOST_ENLARGED = 2.0

LOW, FITTING = 20.0, 44.0
"""Pixels: digits below the first height are looked at again in a larger size; the network sees those of the second
best."""

FIT = 26.0, 76.0
"""Pixels: what is found of these heights in the size that fits the page best stands, whatever others show."""

NO_BETTER = 1.2
"""Sizes that differ by less than this factor are one."""

MapsOf = Callable[[Grey], Maps]


@dataclass(frozen=True, slots=True)
class _Look:
    """A page in one size (`factor` of its own), continued to whole units, and how probable ink is at each pixel."""

    seen: Grey
    ink: NDArray[np.float32]
    factor: float


@dataclass(frozen=True, slots=True)
class _Found:
    """A number as one look shows it, and its place in pixels of the page itself."""

    look: _Look
    place: Place
    on_page: Place


def find_numbers(grey: Grey, network: MapsOf, enhancement_level: float = 1.0) -> list[Page]:
    """Return the numbers of a page in reading order, each as a page with one line.

    Args:
        grey: the page, uint8, any size.
        network: makes maps of a page whose sides are multiples of 32.
        enhancement_level: 0 to 3, as `normalise` takes it.

    Raises:
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    check_enhancement_level(enhancement_level)
    return [page for _, page in placed_numbers(denoise(grey, enhancement_level), network)]


def placed_numbers(grey: Grey, network: MapsOf) -> list[tuple[Place, Page]]:
    """Return the numbers of a page in reading order, each with its place.

    Args:
        grey: the page, uint8, any size.
        network: makes maps of a page whose sides are multiples of 32.
    """
    looks: dict[float, list[_Found]] = {}
    for factor in _factors(grey):
        if factor * max(grey.shape) > SIDES[1] and _are_high(found := _best(looks.values())):
            break
        looks[factor] = _look(grey, factor, network)
    found = _best(looks.values())
    seen_well = [one for one in chain.from_iterable(looks.values()) if FIT[0] <= one.place.height <= FIT[1]]
    fitting = _fitting_factor(grey, seen_well or found)
    if fitting is not None:
        near = min(looks, key=lambda factor: abs(np.log(factor / fitting)))
        again = looks[near] if abs(np.log(near / fitting)) < np.log(NO_BETTER) else _look(grey, fitting, network)
        found = _without_others([one for one in again if FIT[0] <= one.place.height <= FIT[1]], found)
    return [*_alone(found[number] for number in reading_order([each.on_page for each in found]))]


def numbers_in_size(grey: Grey, factor: float, network: MapsOf) -> Iterator[tuple[Place, Page]]:
    """Yield the numbers that one look shows, with their places on the page.

    Args:
        grey: the page, uint8, any size.
        factor: how many times as large as it is the network is to see it.
        network: makes maps of a page whose sides are multiples of 32.
    """
    yield from _alone(_look(grey, factor, network))


def _alone(found: Iterable[_Found]) -> Iterator[tuple[Place, Page]]:
    for one in found:
        page = upright(one.look.seen, one.look.ink, one.place, scaling(1.0 / one.look.factor))
        if page is not None:
            yield one.on_page, page


def _are_high(found: Sequence[_Found]) -> bool:
    """Tell whether numbers were found and the digits of all are high enough."""
    return bool(found) and all(each.place.height >= LOW for each in found)


def _factors(grey: Grey) -> list[float]:
    """The sizes in which a page is looked at, as factors of its own, from small to large.

    A strip of paper is seen no larger than a square page: its longer side alone would allow any number of pixels.
    """
    wanted = sorted([LOWEST_SIDE / min(grey.shape), *(side / max(grey.shape) for side in SIDES)])
    largest = min(MOST_ENLARGED, SIDES[-1] / math.sqrt(grey.size))
    factors: list[float] = []
    for factor in (min(each, largest) for each in wanted):
        if not factors or factor > NO_BETTER * factors[-1]:
            factors.append(factor)
    return factors


def _fitting_factor(grey: Grey, found: Sequence[_Found]) -> float | None:
    """The size in which most digits of a page are as high as the network sees them best; None without digits."""
    if not found:
        return None
    heights = np.array([each.on_page.height for each in found])
    length = np.array([each.on_page.length for each in found])
    order = np.argsort(heights)
    half = np.searchsorted(np.cumsum(length[order]), length.sum() / 2)
    factor = FITTING / float(heights[order][half])
    return float(min(factor, MOST_ENLARGED, SIDES[-1] / max(grey.shape)))


def _look(grey: Grey, factor: float, network: MapsOf) -> list[_Found]:
    """The numbers of a page as they are found in one size."""
    height, width = (max(1, round(side * factor)) for side in grey.shape)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    sized = cv2.resize(grey, (width, height), interpolation=kind)
    below, right = (-(-side // PAGE_UNIT) * PAGE_UNIT - side for side in (height, width))
    seen = np.asarray(cv2.copyMakeBorder(sized, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)
    maps = network(seen)
    look = _Look(seen, ink_of(maps), factor)
    return [_Found(look, place, place.scaled(1.0 / factor)) for place in find_places(maps, look.ink)]


def _best(looks: Iterable[Sequence[_Found]]) -> list[_Found]:
    """Of numbers that were found at one place, the one of the smallest look in which digits are high enough.

    In a larger one the strokes of a large digit would pass for small digits.
    """
    kept: list[_Found] = []
    for one in sorted(
        chain.from_iterable(looks), key=lambda each: (each.place.height < LOW, each.look.factor, -each.place.height)
    ):
        kept = _without_others(kept, [one])
    return kept


def _without_others(kept: Sequence[_Found], more: Sequence[_Found]) -> list[_Found]:
    """Return numbers, and those of others that stand where none of the first does."""
    return [*kept, *(one for one in more if not any(_meet(one.on_page, other.on_page) for other in kept))]


def _meet(one: Place, other: Place) -> bool:
    return one.holds(other.centre) or other.holds(one.centre)
