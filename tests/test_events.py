"""Whoever subscribes to a workspace's events learns of each prediction and label, whoever asked for it."""

from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import UserNotFound
from hwr_core.events import Events
from hwr_core.recognition.events import NumberPredicted, PredictionMade
from hwr_core.recognition.types import Verdict
from hwr_core.records.events import LabelChanged, PredictionNotStored, PredictionStored
from hwr_core.records.predictions import PredictionRecord, Source
from tests.handwriting import drawing, number, png

SEVEN = png(drawing(7))
BLANK = png(np.full((100, 100), 255, np.uint8))

Kind = TypeVar("Kind")


def of(kind: type[Kind], events: list[object]) -> list[Kind]:
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]


def test_each_way_to_read_and_keep_is_published_once(workspace: Workspace) -> None:
    """Reading, reading and keeping, a batch, a number: each is published with what came of it."""
    heard: list[object] = []
    with workspace.events.subscribed(heard.append):
        workspace.read(SEVEN)
        workspace.read_and_keep(SEVEN, source=Source.API)
        workspace.read_and_keep(BLANK, source=Source.API)
        files = [("a.png", SEVEN), ("b.txt", b"no image"), ("c.png", BLANK)]
        workspace.keep_all(workspace.read_all(files), files, source=Source.BATCH)
        workspace.read_number(png(number("42")))
    verdicts = [event.prediction.verdict for event in of(PredictionMade, heard)]
    assert (verdicts.count(Verdict.DIGIT), verdicts.count(Verdict.NO_INK)) == (3, 2)
    assert [event.number.text for event in of(NumberPredicted, heard)] == ["42"]
    stored = of(PredictionStored, heard)
    assert [event.record.source for event in stored] == [Source.API, Source.BATCH]
    assert all(0 < event.waited < 30 for event in stored)


def test_a_prediction_that_cannot_be_stored_is_published(workspace: Workspace) -> None:
    """A subscriber learns why, as the caller does."""
    heard: list[object] = []
    with workspace.events.subscribed(heard.append), pytest.raises(UserNotFound):
        workspace.read_and_keep(SEVEN, source=Source.API, user_id=7)
    assert [type(event.error) for event in of(PredictionNotStored, heard)] == [UserNotFound]
    assert of(PredictionStored, heard) == []


def test_each_change_of_a_label_is_published(workspace: Workspace) -> None:
    """Labelled, labelled by another user, verified, removed by both: each time the label and whose prediction it is."""
    ada = workspace.users.create("Ada").id
    kept = workspace.read_and_keep(SEVEN, source=Source.API)
    assert isinstance(kept, PredictionRecord)
    heard: list[object] = []
    with workspace.events.subscribed(heard.append):
        workspace.feedback.give(kept.id, actual_digit=1)
        workspace.feedback.give(kept.id, user_id=ada, actual_digit=7)
        workspace.feedback.verify(kept.id)
        workspace.feedback.withdraw(kept.id, user_id=ada)
        workspace.feedback.withdraw(kept.id)
    changes = of(LabelChanged, heard)
    assert {(event.prediction_id, event.owner) for event in changes} == {(kept.id, 1)}
    assert [event.label and event.label.digit for event in changes] == [1, 7, 7, 1, None]


def test_a_subscriber_that_has_left_hears_nothing() -> None:
    """Beyond its context it hears no more, while the others still do."""
    events = Events()
    early: list[object] = []
    late: list[object] = []
    with events.subscribed(late.append):
        with events.subscribed(early.append):
            events.publish("first")
        events.publish("second")
    assert (early, late) == (["first"], ["first", "second"])


def test_subscribers_that_come_and_go_at_once_do_not_lose_each_other() -> None:
    """Apps that start and stop in threads of their own leave nobody behind and nobody out."""
    events = Events()
    heard: list[object] = []
    visitors: list[object] = []

    def visit(_: int) -> None:
        with events.subscribed(visitors.append):
            pass

    with events.subscribed(heard.append):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(visit, range(2000)))
        events.publish("afterwards")
    assert (heard, visitors) == (["afterwards"], [])


def test_a_subscriber_that_fails_costs_nobody_a_prediction(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error is logged; the prediction is stored, and the next subscriber is told."""

    def fail(_: object) -> None:
        raise ZeroDivisionError

    heard: list[object] = []
    with workspace.events.subscribed(fail), workspace.events.subscribed(heard.append):
        assert isinstance(workspace.read_and_keep(SEVEN, source=Source.API), PredictionRecord)
    assert len(of(PredictionMade, heard)) == 1
    assert "ZeroDivisionError" in caplog.text
