"""What has become worse lately: told when it is more than chance, with what it is mostly due to."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hwr_core.analytics.changes import Cause, Change, Figure, changes
from hwr_core.app.workspace import Workspace
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.statistics import Proportion, more_than_chance

NOW = datetime.now(UTC)


def add(  # noqa: PLR0913  what a prediction consists of, by name
    workspace: Workspace,
    count: int,
    *,
    days: float,
    actual: int | None,
    digit: int | None,
    user_id: int = 1,
    source: Source = Source.API,
    labelled: bool = True,
    seconds: float = 0.002,
    version: str = "v",
) -> None:
    """Add so many predictions that are alike, as old as is said."""
    prediction = Prediction(
        verdict=Verdict.NOT_A_DIGIT if digit is None else Verdict.DIGIT,
        digit=digit,
        confidence=0.9,
        probabilities=(0.1,) * 10,
        seen=np.full((28, 28), 9, np.uint8),
        model_version=version,
        timings=Timings(seconds / 2, seconds / 2),
    )
    row = NewPrediction(user_id, source, prediction, created_at=NOW - timedelta(days=days))
    with workspace.store.writing() as cursor:
        kept = record_predictions(cursor, [row] * count, Uploads.of(workspace.settings))
    for each in kept:
        assert isinstance(each, PredictionRecord)
        if labelled:
            workspace.feedback.give(each.id, actual_digit=actual)


def found(workspace: Workspace) -> list[Change]:
    """The changes at present."""
    return changes(workspace.store, NOW)


def test_nothing_is_told_of_nothing(workspace: Workspace) -> None:
    """An empty history, one without a past, and one that goes on as it was."""
    assert found(workspace) == []
    add(workspace, 30, days=1, actual=7, digit=1)
    assert found(workspace) == []
    add(workspace, 30, days=20, actual=7, digit=1)
    assert found(workspace) == []


def test_a_fall_is_told_with_its_cause(workspace: Workspace) -> None:
    """One user's uploads, in which sevens are read as ones, among much that goes on as it was."""
    ada = workspace.users.create("Ada").id
    add(workspace, 60, days=20, actual=3, digit=3)
    add(workspace, 40, days=20, actual=7, digit=7, user_id=ada, source=Source.UPLOAD)
    add(workspace, 20, days=2, actual=3, digit=3)
    add(workspace, 9, days=2, actual=7, digit=1, user_id=ada, source=Source.UPLOAD)
    [change] = found(workspace)
    assert (change.figure, change.cause) == (Figure.WRONG, Cause("Ada", Source.UPLOAD, (7, 1)))
    assert (change.before, change.lately) == (Proportion(right=0, total=100), Proportion(right=9, total=29))
    assert change.p_value is not None and change.p_value < 0.001


def test_what_is_spread_over_all_has_no_cause(workspace: Workspace) -> None:
    """Three users, three sources, many mistakes."""
    users = [1, workspace.users.create("Ada").id, workspace.users.create("Bob").id]
    for user_id, source in zip(users, (Source.API, Source.UPLOAD, Source.DRAWING), strict=True):
        add(workspace, 30, days=20, actual=3, digit=3, user_id=user_id, source=source)
        for digit in (4, 5, 6, 8):
            add(workspace, 2, days=1, actual=digit, digit=3, user_id=user_id, source=source)
    [change] = found(workspace)
    assert change.cause == Cause(None, None, None)
    assert change.in_words().endswith("No user, source or digit stands out.")


def test_few_mistakes_are_chance(workspace: Workspace) -> None:
    """One of five is wrong, where none of twenty was."""
    add(workspace, 20, days=20, actual=3, digit=3)
    add(workspace, 4, days=1, actual=3, digit=3)
    add(workspace, 1, days=1, actual=7, digit=1)
    assert found(workspace) == []


def test_more_refusals_are_told_without_any_label(workspace: Workspace) -> None:
    """By all predictions, labelled or not; what is older than five weeks does not count."""
    add(workspace, 50, days=40, actual=None, digit=None, labelled=False)
    add(workspace, 80, days=20, actual=3, digit=3, labelled=False)
    add(workspace, 20, days=1, actual=3, digit=3, labelled=False)
    add(workspace, 8, days=1, actual=None, digit=None, labelled=False, source=Source.UPLOAD)
    [change] = found(workspace)
    assert (change.figure, change.cause) == (Figure.REFUSED, Cause(None, Source.UPLOAD, None))


def test_slower_predictions_are_told_with_their_cause(workspace: Workspace) -> None:
    """One user's uploads take 0.4 s, among much that is as quick as before."""
    ada = workspace.users.create("Ada").id
    add(workspace, 100, days=20, actual=3, digit=3, labelled=False, seconds=0.004)
    add(workspace, 40, days=2, actual=3, digit=3, labelled=False, seconds=0.004)
    add(workspace, 10, days=2, actual=3, digit=3, labelled=False, seconds=0.4, user_id=ada, source=Source.UPLOAD)
    [change] = found(workspace)
    assert (change.figure, change.cause) == (Figure.SLOW, Cause("Ada", Source.UPLOAD))
    assert (change.before, change.lately) == (Proportion(right=0, total=100), Proportion(right=10, total=50))
    assert change.seconds == pytest.approx((0.004, 0.4), rel=0.01)
    assert change.in_words() == (
        "95% of predictions took up to 4 ms, and now 400 ms, in the last 7 days. Mostly Ada, by upload."
    )


def test_a_slow_model_version_is_the_cause(workspace: Workspace) -> None:
    """It alone has been served since; that its predictions are right is no matter."""
    add(workspace, 50, days=20, actual=3, digit=3, seconds=0.004)
    add(workspace, 20, days=2, actual=3, digit=3, seconds=1.2, version="w")
    [change] = found(workspace)
    assert (change.figure, change.cause) == (Figure.SLOW, Cause(model_version="w"))


@pytest.mark.parametrize(("count", "seconds"), [(20, 0.08), (1, 3.0)], ids=["not noticed", "one of them"])
def test_what_nobody_notices_is_not_told(workspace: Workspace, count: int, seconds: float) -> None:
    """Less than a tenth of a second, or one prediction of fifty."""
    add(workspace, 50, days=20, actual=3, digit=3, labelled=False, seconds=0.004)
    add(workspace, 49, days=2, actual=3, digit=3, labelled=False, seconds=0.004)
    add(workspace, count, days=2, actual=3, digit=3, labelled=False, seconds=seconds)
    assert found(workspace) == []


@pytest.mark.parametrize(
    ("one", "other", "p_value"),
    [
        ((3, 4), (1, 4), 17 / 70),  # the lady tasting tea (Fisher, 1935)
        ((4, 4), (0, 4), 1 / 70),
        ((0, 9), (5, 9), 1.0),
        ((0, 5), (0, 7), 1.0),
    ],
)
def test_fishers_test_gives_known_values(one: tuple[int, int], other: tuple[int, int], p_value: float) -> None:
    """One-sided, of two proportions."""
    first, second = (Proportion(right=right, total=total) for right, total in (one, other))
    assert more_than_chance(first, second) == pytest.approx(p_value)
