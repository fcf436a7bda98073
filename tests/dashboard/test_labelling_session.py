"""A session at the review queue: counting, going back and forth, the pace."""

import pytest

from dashboard.components.labelling.session import PAUSE, TOO_SOON, GivenLabel
from dashboard.views.review.session import AHEAD, ReviewSession
from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.review.service import Order, Waiting
from tests.handwriting import drawing, png


@pytest.fixture
def session(workspace: Workspace) -> ReviewSession:
    """Three predictions wait, and there are no others."""
    session = ReviewSession(Order.LEAST_SURE, left=3)
    found = [workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING) for digit in (7, 3, 0)]
    session.add([Waiting(kept) for kept in found if isinstance(kept, PredictionRecord)])
    return session


def test_what_is_left_and_skipped_is_counted(session: ReviewSession) -> None:
    """A label takes one from those that are left; moving on does not."""
    session.label(GivenLabel(1, 7), 0.0)
    session.move(1)
    session.label(GivenLabel(1, None), 1.0)
    assert (session.left, session.skipped, session.current) == (1, 1, None)


def test_nobody_goes_beyond_the_ends(session: ReviewSession) -> None:
    """Before the first is the first, behind the last is the end."""
    session.move(-1)
    assert session.place == 0
    session.move(99)
    assert session.place == 3


def test_a_second_label_of_the_same_prediction_counts_once(session: ReviewSession) -> None:
    """Of one prediction only one is taken from those that are left, and undoing both gives one back."""
    session.label(GivenLabel(1, 7), 0.0)
    session.move(-1)
    session.label(GivenLabel(1, 1), 1.0)
    assert (session.left, len(session.labels)) == (2, 1)
    session.undo()
    assert session.labels[1] == GivenLabel(1, 7)
    session.undo()
    assert (session.left, session.labels, session.place) == (3, {}, 0)


def test_the_pace_leaves_pauses_out(session: ReviewSession) -> None:
    """Three seconds each are twenty a minute; a break for tea counts as no more than half a minute."""
    assert session.per_minute is None
    session.times = [0.0, 3.0, 6.0, 9.0]
    assert session.per_minute == pytest.approx(20)
    session.times = [0.0, 3000.0]
    assert session.per_minute == pytest.approx(60 / PAUSE)


def test_a_key_held_down_is_one_label(session: ReviewSession) -> None:
    """However long it repeats, no further image is labelled by it; the next press after a look is."""
    repeats = [number * TOO_SOON / 4 for number in range(100)]
    assert [session.is_too_soon(moment) for moment in repeats] == [False, *[True] * 99]
    assert not session.is_too_soon(repeats[-1] + 2 * TOO_SOON)


def test_more_is_fetched_before_it_runs_out(session: ReviewSession) -> None:
    """A full page may have more behind it; a short one is the last."""
    assert not session.wants_more
    full = ReviewSession(Order.LEAST_SURE)
    full.add(session.waiting[:1] * AHEAD)
    wanted = [full.wants_more]
    full.move(AHEAD - 5)
    wanted.append(full.wants_more)
    full.add([])
    wanted.append(full.wants_more)
    assert wanted == [False, True, False]
