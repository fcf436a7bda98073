"""The page finder looks at a page in several sizes, none of which costs more than a large page does."""

import numpy as np
import pytest

from hwr_core.images.pages import MAPS, PAGE_UNIT
from hwr_core.images.types import Grey
from hwr_core.recognition.page_finder import SIDES, find_numbers


@pytest.mark.parametrize("shape", [(1792, 1792), (64, 65344), (65344, 64), (1, 65000), (12, 12)])
def test_no_look_at_a_page_has_more_pixels_than_the_largest_page(shape: tuple[int, int]) -> None:
    """Nor at a strip, however long: one of 64 pixels by 65,344 took four seconds."""
    looks: list[tuple[int, int]] = []

    def nothing_found(page: Grey) -> np.ndarray:
        looks.append(page.shape)
        return np.full((page.shape[0] // 2, page.shape[1] // 2, MAPS), -9.0, np.float32)

    assert not find_numbers(np.full(shape, 255, np.uint8), nothing_found)
    assert looks
    for height, width in looks:
        assert (height - PAGE_UNIT) * (width - PAGE_UNIT) <= SIDES[-1] ** 2
