"""Whoever observes a workspace learns of each prediction, from whatever door."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import UserNotFound
from hwr_core.events import Observer
from hwr_core.recognition.types import NumberPrediction, Prediction, Verdict
from hwr_core.records.labels import Label
from hwr_core.records.predictions import PredictionRecord, Source
from tests.handwriting import drawing, number, png

SEVEN = png(drawing(7))
BLANK = png(np.full((100, 100), 255, np.uint8))


class Notebook(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.predictions: list[Prediction] = []
        self.numbers: list[NumberPrediction] = []
        self.kept: list[tuple[PredictionRecord, float]] = []
        self.not_kept: list[BaseException] = []
        self.labels: list[tuple[int, int, int | None]] = []

    def on_prediction(self, prediction: Prediction) -> None:
        """Write down a prediction."""
        self.predictions.append(prediction)

    def on_number(self, number: NumberPrediction) -> None:
        """Write down a number."""
        self.numbers.append(number)

    def on_kept(self, kept: PredictionRecord, waited: float) -> None:
        """Write down a kept prediction."""
        self.kept.append((kept, waited))

    def on_not_kept(self, error: BaseException) -> None:
        """Write down a failure."""
        self.not_kept.append(error)

    def on_label(self, prediction_id: int, owner: int, label: Label | None) -> None:
        """Write down what is said of a prediction."""
        self.labels.append((prediction_id, owner, label.digit if label else None))


def test_each_way_to_read_and_keep_is_told_of_once(workspace: Workspace) -> None:
    """Reading, reading and keeping, a batch, a number: each is told with what came of it."""
    notebook = Notebook()
    with workspace.observed_by(notebook):
        workspace.read(SEVEN)
        workspace.read_and_keep(SEVEN, source=Source.API)
        workspace.read_and_keep(BLANK, source=Source.API)
        files = [("a.png", SEVEN), ("b.txt", b"no image"), ("c.png", BLANK)]
        workspace.keep_all(workspace.read_all(files), files, source=Source.BATCH)
        workspace.read_number(png(number("42")))
    assert [prediction.verdict for prediction in notebook.predictions].count(Verdict.DIGIT) == 3
    assert [prediction.verdict for prediction in notebook.predictions].count(Verdict.NO_INK) == 2
    assert [found.text for found in notebook.numbers] == ["42"]
    assert [kept.source for kept, _ in notebook.kept] == [Source.API, Source.BATCH]
    assert all(0 < waited < 30 for _, waited in notebook.kept)


def test_a_prediction_that_cannot_be_kept_is_told_of(workspace: Workspace) -> None:
    """An observer learns why, as the caller does."""
    notebook = Notebook()
    with workspace.observed_by(notebook), pytest.raises(UserNotFound):
        workspace.read_and_keep(SEVEN, source=Source.API, user_id=7)
    assert [type(error) for error in notebook.not_kept] == [UserNotFound]
    assert notebook.kept == []


def test_what_users_say_is_told(workspace: Workspace) -> None:
    """Said, said by another, taken back by both: each time what is said then, and whose prediction it is."""
    ada = workspace.users.create("Ada").id
    kept = workspace.read_and_keep(SEVEN, source=Source.API)
    assert isinstance(kept, PredictionRecord)
    notebook = Notebook()
    with workspace.observed_by(notebook):
        workspace.feedback.give(kept.id, actual_digit=1)
        workspace.feedback.give(kept.id, user_id=ada, actual_digit=7)
        workspace.feedback.verify(kept.id)
        workspace.feedback.withdraw(kept.id, user_id=ada)
        workspace.feedback.withdraw(kept.id)
    assert notebook.labels == [(kept.id, 1, digit) for digit in (1, 7, 7, 1, None)]


def test_an_observer_that_has_left_is_told_nothing(workspace: Workspace) -> None:
    """Beyond its context it hears no more, while the others still do."""
    early, late = Notebook(), Notebook()
    with workspace.observed_by(late):
        with workspace.observed_by(early):
            workspace.read(SEVEN)
        workspace.read(SEVEN)
    assert (len(early.predictions), len(late.predictions)) == (1, 2)


def test_observers_that_come_and_go_at_once_do_not_lose_each_other(workspace: Workspace) -> None:
    """Apps that start and stop in threads of their own leave nobody behind and nobody out."""
    notebook = Notebook()

    def visit(_: int) -> None:
        with workspace.observed_by(Observer()):
            pass

    with workspace.observed_by(notebook):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(visit, range(2000)))
        workspace.read(SEVEN)
    assert len(notebook.predictions) == 1
    assert workspace._observers._present == ()


def test_an_observer_that_fails_costs_nobody_a_prediction(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error is logged; the prediction is kept, and the next observer is told."""

    class Broken(Observer):
        def on_prediction(self, _: Prediction) -> None:
            raise ZeroDivisionError

    notebook = Notebook()
    with workspace.observed_by(Broken()), workspace.observed_by(notebook):
        assert isinstance(workspace.read_and_keep(SEVEN, source=Source.API), PredictionRecord)
    assert len(notebook.predictions) == 1
    assert "ZeroDivisionError" in caplog.text
