"""Strips of numbers on made pages, as a page network cuts them out: to learn reading from what it will be given."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.lines.made import MOST_DIGITS, LineSample
from hwr_core.datasets.pages.page import made_page
from hwr_core.datasets.pages.types import MadeNumber, MadePage
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.processes import made_in_processes
from hwr_core.datasets.samples import Part
from hwr_core.images.lines.finding import Place
from hwr_core.images.lines.page import Page
from hwr_core.images.lines.strips import strip
from hwr_core.recognition.networks import PageNetwork
from hwr_core.recognition.page_finder import FITTING, MOST_ENLARGED, numbers_in_size, placed_numbers

COUNTS = {Part.TRAINING: 30_000, Part.VALIDATION: 1_000, Part.TEST: 1_000}
"""Strips of pages by the writers of each part."""

CHUNK = 200

UNEVEN = 0.25
"""Spread, as a logarithm, of the size in which a page is seen about the one that fits it best."""

WITHIN, WITHOUT = 0.85, 0.15
"""A number is in a place that holds the first share of its length, and is not in one that holds at most the second."""

SAME_WAY = 0.7
"""Cosine of the angle between two ways that are about the same."""

AS_USUAL = 0.3
"""Share of pages that are looked at as a user's is, in several sizes: then more is found that is no number."""


def made_strips(  # noqa: PLR0913  all but three by name
    datasets: Path, part: Part, finder: bytes, *, count: int, seed: int, processes: int
) -> Iterator[LineSample]:
    """Yield about so many strips of pages by writers of one part, with what is written on them, which may be nothing.

    Args:
        datasets: the folder of open data sets.
        part: whose digits and letters.
        finder: the page network, a LiteRT file.
        count: how many strips to make; fewer come where the network finds less than one to a page.
        seed: the same seed makes the same strips.
        processes: how many work at once.
    """
    yield from made_in_processes(
        _make,
        load=_load,
        needs=(datasets, part, finder),
        part=part,
        count=count,
        chunk=CHUNK,
        seed=seed,
        processes=processes,
    )


_loaded: list[tuple[Writers, PageNetwork]] = []
"""Whose digits a process of the pool writes with, and what finds them."""


def _load(datasets: Path, part: Part, finder: bytes) -> None:
    cv2.setNumThreads(1)
    _loaded.append((Writers.of(datasets, part), PageNetwork(finder)))


def _make(count: int, seed: np.random.SeedSequence) -> list[LineSample]:
    rng = np.random.default_rng(seed)
    writers, network = _loaded[0]
    found: list[LineSample] = []
    for _ in range(count):  # a network that finds next to nothing is not to keep anybody waiting
        found += strips(made_page(writers, rng), network, rng)
        if len(found) >= count:
            break
    return found[:count]


def strips(page: MadePage, network: PageNetwork, rng: np.random.Generator) -> Iterator[LineSample]:
    """Yield the numbers of a page as a network finds them, mostly in about the size that fits it best."""
    if rng.uniform() < AS_USUAL:
        found: Iterable[tuple[Place, Page]] = placed_numbers(page.image, network.run)
    else:
        found = numbers_in_size(page.image, _factor(page, rng), network.run)
    for place, alone in found:
        text = text_at(place, page.numbers)
        if text is not None and len(text) <= MOST_DIGITS:
            yield LineSample(strip(alone, alone.lines[0]).image, text)


def _factor(page: MadePage, rng: np.random.Generator) -> float:
    """About how many times as large as it is a page fits the network best."""
    heights = [float(np.linalg.norm(number.corners[3] - number.corners[0])) for number in page.numbers]
    fitting = FITTING / float(np.median(heights)) if heights else 1.0
    return min(MOST_ENLARGED, fitting * float(np.exp(np.clip(rng.normal(0.0, UNEVEN), -0.6, 0.6))))


def text_at(place: Place, numbers: Sequence[MadeNumber]) -> str | None:
    """Return the digits of the numbers at a place, in the order in which it is read.

    None where one is cut, or is read in another way than the network says: what the strip shows has no right text.
    """
    within: list[tuple[float, str]] = []
    way, centre = np.array(place.way), np.array(place.centre)
    normal = np.array([-way[1], way[0]])
    for number in numbers:
        along, across = (number.corners - centre) @ way, (number.corners - centre) @ normal
        if abs(float(across.mean())) > place.height / 2:
            continue
        first, last = float(along.min()), float(along.max())
        # A lone 1 is narrower than its middle on the map.
        reach = (place.length + 0.3 * place.height) / 2
        share = max(0.0, min(last, reach) - max(first, -reach)) / max(last - first, 1.0)
        if WITHOUT < share < WITHIN:
            return None
        if share >= WITHIN:
            if not _is_read(number, way):
                return None
            within.append((first, number.text))
    return "".join(text for _, text in sorted(within))


def _is_read(number: MadeNumber, way: NDArray[np.float64]) -> bool:
    """Whether a number is read about that way."""
    across = number.corners[1] - number.corners[0]
    return bool(across @ way > SAME_WAY * float(np.linalg.norm(across)))
