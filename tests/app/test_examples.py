"""The example history: there in one step, worth looking at, and gone in one step."""

from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.analytics.changes import Cause, Figure
from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import PredictionRecord, Source
from tests.handwriting import drawing, png


def test_it_is_added_to_a_history_and_removed_from_it(workspace: Workspace) -> None:
    """What was there before stays, row for row and file for file."""
    own = workspace.read_and_keep(png(drawing(3)), source=Source.API)
    assert isinstance(own, PredictionRecord)
    before = workspace.storage()
    added = workspace.examples.load()
    assert workspace.history.count() == added + 1
    assert [user.username for user in workspace.examples.people()] == ["Example Ada", "Example Bela", "Example Cleo"]
    with pytest.raises(Conflict, match="there already"):
        workspace.examples.load()
    assert workspace.examples.remove() == added
    assert (workspace.history.count(), workspace.examples.people(), workspace.examples.remove()) == (1, [], 0)
    assert workspace.history.get(own.id).id == own.id
    assert workspace.storage().uploads == before.uploads


def test_it_has_something_to_find(workspace: Workspace) -> None:
    """Four weeks, in which everybody is read well until one person's sevens are read as ones; and some scribbles."""
    workspace.examples.load()
    bela = workspace.examples.people()[1]
    lately = datetime.now(UTC) - timedelta(days=5)
    his = HistoryFilter(user_id=bela.id, since=lately)
    earlier, now = workspace.analytics.accuracy(HistoryFilter(until=lately)), workspace.analytics.accuracy(his)
    assert (earlier.share or 0) > 0.95
    assert (now.share or 1) < 0.8
    worst = workspace.analytics.confused_pairs(his).iloc[0]
    assert (worst["actual_digit"], worst["digit"]) == ("7", "1")
    [change] = workspace.overview().changes
    assert (change.figure, change.cause) == (Figure.WRONG, Cause(bela.username, Source.UPLOAD, (7, 1)))
    assert workspace.history.count(HistoryFilter(verdict=Verdict.NOT_A_DIGIT)) > 5
