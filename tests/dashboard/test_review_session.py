"""A sitting at the review queue: counting, going back and forth, the pace."""

import pytest

from dashboard.views.review.session import AHEAD, HASTE, PAUSE, Said, Sitting
from hwr_core.app.workspace import Workspace
from hwr_core.history.predictions import KeptReading, Source
from hwr_core.review.service import Order, Waiting
from tests.handwriting import drawing, png


@pytest.fixture
def sitting(workspace: Workspace) -> Sitting:
    """Three readings wait, and there are no others."""
    sitting = Sitting(Order.LEAST_SURE, left=3)
    found = [workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING) for digit in (7, 3, 0)]
    sitting.add([Waiting(kept) for kept in found if isinstance(kept, KeptReading)])
    return sitting


def test_what_is_left_and_passed_over_is_counted(sitting: Sitting) -> None:
    """A word takes one from those that are left; moving on does not."""
    sitting.judge(Said(1, 7), 0.0)
    sitting.move(1)
    sitting.judge(Said(1, None), 1.0)
    assert (sitting.left, sitting.passed_over, sitting.current) == (1, 1, None)


def test_nobody_goes_beyond_the_ends(sitting: Sitting) -> None:
    """Before the first is the first, behind the last is the end."""
    sitting.move(-1)
    assert sitting.place == 0
    sitting.move(99)
    assert sitting.place == 3


def test_a_second_word_on_the_same_reading_counts_once(sitting: Sitting) -> None:
    """Of one reading only one is taken from those that are left, and undoing both gives one back."""
    sitting.judge(Said(1, 7), 0.0)
    sitting.move(-1)
    sitting.judge(Said(1, 1), 1.0)
    assert (sitting.left, len(sitting.said)) == (2, 1)
    sitting.take_back()
    assert sitting.said[1] == Said(1, 7)
    sitting.take_back()
    assert (sitting.left, sitting.said, sitting.place) == (3, {}, 0)


def test_the_pace_leaves_pauses_out(sitting: Sitting) -> None:
    """Three seconds each are twenty a minute; a break for tea counts as no more than half a minute."""
    assert sitting.per_minute is None
    sitting.moments = [0.0, 3.0, 6.0, 9.0]
    assert sitting.per_minute == pytest.approx(20)
    sitting.moments = [0.0, 3000.0]
    assert sitting.per_minute == pytest.approx(60 / PAUSE)


def test_a_key_held_down_is_one_word(sitting: Sitting) -> None:
    """However long it repeats, no further picture is judged by it; the next press after a look is."""
    repeats = [number * HASTE / 4 for number in range(100)]
    assert [sitting.is_hasty(moment) for moment in repeats] == [False, *[True] * 99]
    assert not sitting.is_hasty(repeats[-1] + 2 * HASTE)


def test_more_is_fetched_before_it_runs_out(sitting: Sitting) -> None:
    """A full page may have more behind it; a short one is the last."""
    assert not sitting.wants_more
    full = Sitting(Order.LEAST_SURE)
    full.add(sitting.waiting[:1] * AHEAD)
    wanted = [full.wants_more]
    full.move(AHEAD - 5)
    wanted.append(full.wants_more)
    full.add([])
    wanted.append(full.wants_more)
    assert wanted == [False, True, False]
