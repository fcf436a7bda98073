"""What the page network is taught: to find middles, and above all to keep neighbours apart."""

import numpy as np

from hwr_core.images.pages import MAPS, MIDDLE
from hwr_core.training.page_task import between, page_loss

SIDE = 64
HIGH = np.s_[28:36]
ROOM, ELSEWHERE = np.s_[28:34], np.s_[50:56]
"""Columns between two numbers, and as many beside both."""


def two_numbers() -> np.ndarray:
    """The maps of two numbers side by side, as many columns apart as `ROOM` has."""
    maps = np.zeros((1, SIDE, SIDE, MAPS), np.float32)
    maps[0, HIGH, 12:28, MIDDLE] = maps[0, HIGH, 34:48, MIDDLE] = 1.0
    return maps


def test_what_lies_between_neighbours_is_found():
    """The room between them and nothing else."""
    found = np.asarray(between(two_numbers()[..., MIDDLE : MIDDLE + 1]))[0, ..., 0]
    wanted = np.zeros((SIDE, SIDE), np.float32)
    wanted[HIGH, ROOM] = 1.0
    assert np.array_equal(found, wanted)


def test_joining_two_numbers_costs_more_than_finding_too_much_elsewhere():
    """The same number of wrong places, once between two numbers and once beside them."""
    maps = two_numbers()
    logits = 8.0 * (maps - 0.5)

    def loss_with(columns: slice) -> float:
        wrong = logits.copy()
        wrong[0, HIGH, columns, MIDDLE] = 4.0
        return float(np.asarray(page_loss(maps, wrong))[0])

    alone = float(np.asarray(page_loss(maps, logits))[0])
    assert loss_with(ROOM) - alone > 2.0 * (loss_with(ELSEWHERE) - alone) > 0.0
