"""A drift is told like all that has become worse; and accuracy is one figure, wherever it is asked for."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.views.home.changes import filters_of
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.changes import Cause, Figure
from hwr_core.analytics.periods import Bucket
from hwr_core.app import drift
from hwr_core.app.drift import Against
from hwr_core.app.workspace import Workspace
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.statistics import Proportion
from tests.api.client import client_of

NOW = datetime.now(UTC)


def store(workspace: Workspace, count: int, *, days: float, digit: int | None, ink: int = 90) -> list[int]:
    """Store so many predictions of one digit, which look like bars of so much ink."""
    seen = np.zeros((28, 28), np.uint8)
    seen[4:24, 10:18] = ink
    prediction = Prediction(
        verdict=Verdict.NOT_A_DIGIT if digit is None else Verdict.DIGIT,
        digit=digit,
        confidence=0.9,
        probabilities=(0.1,) * 10,
        seen=seen,
        model_version="v",
        timings=Timings(0.001, 0.001),
    )
    rows = [NewPrediction(1, Source.API, prediction, created_at=NOW - timedelta(days=days))] * count
    with workspace.store.writing() as cursor:
        kept = record_predictions(cursor, rows, Uploads.of(workspace.settings))
    return [each.id for each in kept if isinstance(each, PredictionRecord)]


def test_a_drift_is_told_with_what_there_is_more_of(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are enough predictions to tell, with the way to the Data page."""
    monkeypatch.setattr(drift, "FRESH", 0.0)
    store(workspace, 400, days=20, digit=1)
    store(workspace, 100, days=2, digit=1, ink=255)
    assert workspace.analytics.changes() == []
    store(workspace, 300, days=2, digit=1, ink=255)
    [change] = workspace.overview().changes
    assert (change.figure, change.cause) == (Figure.DRIFT, Cause(shift="thicker strokes"))
    assert change.in_words() == (
        "The images of the last 7 days are different from those before. Mostly thicker strokes."
    )
    assert filters_of(change) == {"look": "Drift", "recent": "7 days", "beside": "Earlier predictions"}


def test_what_another_version_changes_by_itself_is_no_drift(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new version that reads the same images as other digits has not changed the images."""
    monkeypatch.setattr(drift, "FRESH", 0.0)
    store(workspace, 400, days=20, digit=1)
    store(workspace, 400, days=2, digit=7)
    assert [change.figure for change in workspace.analytics.changes()] == [Figure.DRIFT]
    with workspace.store.writing() as cursor:
        cursor.execute("update predictions set model_version = 'newer' where digit = 7")
    assert workspace.analytics.changes() == []


@pytest.fixture
def judged(workspace: Workspace) -> Workspace:
    """Six labelled predictions of ten: four right (a refusal among them, another corrected twice), two wrong."""
    seven, one, three, four, five = (store(workspace, 1, days=1, digit=digit)[0] for digit in (7, 1, 3, 4, 5))
    rejected, refused = store(workspace, 2, days=1, digit=None)
    store(workspace, 2, days=1, digit=9)
    store(workspace, 1, days=1, digit=None)
    ada = workspace.users.create("Ada").id
    give = workspace.feedback.give
    give(seven, actual_digit=7)
    give(one, actual_digit=2)
    give(one, actual_digit=1)  # thought better of it
    give(three, actual_digit=3)
    give(three, user_id=ada, actual_digit=8)  # the newest counts
    give(four, actual_digit=4)
    give(five, actual_digit=5)
    workspace.feedback.withdraw(five)
    give(rejected, actual_digit=None)
    give(refused, actual_digit=7)
    return workspace


def test_accuracy_is_one_figure_everywhere(judged: Workspace) -> None:
    """Home, Analytics, drift, the history and the API count the same labels of the same rows."""
    expected = Proportion(right=4, total=6)
    analytics = judged.analytics
    assert analytics.accuracy() == expected
    assert analytics.system().accuracy == expected
    assert analytics.user(1).accuracy == expected
    assert judged.overview().accuracy == expected
    assert judged.exploration.drift(timedelta(days=7), Against.EARLIER).accuracy == expected
    counted = {outcome: judged.history.count(HistoryFilter(labelled=outcome)) for outcome in Labelled}
    assert counted == {Labelled.ANY: 6, Labelled.NO: 4, Labelled.RIGHT: 4, Labelled.WRONG: 2}
    tables: list[pd.DataFrame] = [
        analytics.over_time(bucket=Bucket.DAY),
        analytics.confidence_distribution(),
        *(analytics.breakdown(by=by) for by in Dimension),
    ]
    for table in tables:
        assert (table["right"].sum(), table["labelled"].sum()) == (4, 6)
    confusion = analytics.confusion()
    assert confusion["predictions"].sum() == 6
    assert confusion[confusion["digit"] == confusion["actual_digit"]]["predictions"].sum() == 4
    with client_of(judged.settings) as client:
        answers = [client.get(f"/api/analytics/{name}").json()["data"] for name in ("system", "user/1", "accuracy")]
    assert [(answer["right"], answer["labelled"]) for answer in answers] == [(4, 6)] * 3
