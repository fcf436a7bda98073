"""What is around a made line and not to be read: it is there as often as it is said, and leaves the digits alone."""

import cv2
import numpy as np
import pytest

from hwr_core.datasets.lines import paper
from hwr_core.datasets.lines.digits import DIGIT_HEIGHT
from hwr_core.datasets.lines.paper import with_surroundings
from hwr_core.datasets.lines.writing import BASE, HIGH, put_together

KINDS = ("PRINTED", "CARRIED", "CUT_OFF", "LINED", "PENCIL")


def glyph() -> np.ndarray:
    """A zero, about as high as a digit."""
    drawn = np.zeros((DIGIT_HEIGHT, 44), np.uint8)
    cv2.ellipse(drawn, (22, 32), (18, 28), 0, 0, 360, 255, 7, cv2.LINE_AA)
    return drawn


@pytest.fixture
def sheet() -> np.ndarray:
    """Four zeros on a line."""
    return put_together([glyph()] * 4, 7.0, np.random.default_rng(1))


@pytest.fixture
def only(monkeypatch, sheet):
    """Make a line with one kind of surroundings."""

    def make(kind: str, seed: int = 0) -> np.ndarray:
        for each in KINDS:
            monkeypatch.setattr(paper, each, float(each == kind))
        return with_surroundings(sheet, [glyph()] * 3, 7.0, np.random.default_rng(seed))

    return make


def test_without_surroundings_a_line_stays_as_it_is(only, sheet):
    """Nothing is added unasked."""
    assert np.array_equal(only("NOTHING"), sheet)


@pytest.mark.parametrize("kind", ["PRINTED", "CARRIED", "LINED"])
def test_what_is_added_covers_no_digit(only, sheet, kind):
    """All that was ink is ink still, and something is new on most lines."""
    made = [only(kind, seed) for seed in range(10)]
    assert all((each >= sheet).all() for each in made)
    assert sum((each > sheet).any() for each in made) > 6


def test_carry_marks_stand_above_the_digits_and_are_small(only, sheet):
    """Between the upper edge and the digits' tops, or a little lower."""
    for seed in range(20):
        rows = np.flatnonzero((only("CARRIED", seed) > sheet).any(axis=1))
        assert rows.max() < BASE - 0.6 * DIGIT_HEIGHT


def test_neighbours_are_cut_off_at_the_edges(only, sheet):
    """What is new touches an edge; the paper may be narrower for it, the digits are not."""
    touching = 0
    for seed in range(20):
        made = only("CUT_OFF", seed)
        assert made.shape[0] == HIGH
        assert made.shape[1] <= sheet.shape[1]
        assert made.sum() >= 0.99 * sheet.sum()
        edges = (made[0], made[-1], made[:, 0], made[:, -1])
        touching += any(edge.any() for edge in edges)
    assert touching > 12


def test_pencil_is_fainter_than_ink_and_uneven(only, sheet):
    """Its writing stays where it was."""
    made = only("PENCIL")
    inside = made[sheet == 255]
    assert 0 < inside.mean() < 0.8 * 255
    assert inside.std() > 1
    assert not made[sheet == 0].any()


def test_digits_stand_in_cells_or_touch():
    """Gaps from none to more than a digit's height, as on forms."""
    gaps = []
    for seed in range(200):
        made = put_together([glyph()] * 4, 7.0, np.random.default_rng(seed))
        columns = np.flatnonzero(made.any(axis=0))
        gaps.append(int(np.diff(columns).max()) - 1)
    assert min(gaps) == 0
    assert max(gaps) > 0.9 * DIGIT_HEIGHT
