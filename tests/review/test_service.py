"""Review of a real history, with the shipped model and a challenger that differs from it."""

import shutil

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import Verdict
from hwr_core.records.predictions import Source
from hwr_core.review.service import Order
from hwr_core.settings import Settings
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models


@pytest.fixture
def workspace(tmp_path):
    """A workspace of an empty data folder; the shipped version, served, is in a registry of its own."""
    models = copied_models(tmp_path / "models").folder
    with Workspace(Settings(data_dir=tmp_path / "data", models_dir=models)) as workspace:
        yield workspace


@pytest.fixture
def registry(workspace):
    """Its registry, which knows where it is kept which version serves."""
    return workspace.registry


@pytest.fixture
def keep(workspace):
    """Read and keep drawings of these digits and return their ids."""

    def keep(*digits: int) -> list[int]:
        return [workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING).id for digit in digits]

    return keep


def ids(waiting):
    """Return the ids of the predictions to review."""
    return [each.kept.id for each in waiting]


def test_each_order_has_its_own_queue(workspace, keep):
    """Digits are in the order of their confidence, rejected images in another queue; each queue is counted."""
    keep(3, 0, 7)
    scribble = np.random.default_rng(2).choice([0, 255], (6, 6)).astype(np.uint8).repeat(40, 0).repeat(40, 1)
    refused = workspace.read_and_keep(png(scribble), source=Source.DRAWING)
    assert refused.prediction.verdict is Verdict.NOT_A_DIGIT
    confidences = [each.kept.prediction.confidence for each in workspace.review.page(Order.LEAST_SURE)]
    assert confidences == sorted(confidences)
    assert ids(workspace.review.page(Order.REJECTED)) == [refused.id]
    assert [workspace.review.count(order) for order in Order] == [3, 1, 0]


def test_without_a_challenger_nobody_differs(workspace, keep):
    """There is no second opinion, and that is no error."""
    keep(3)
    assert workspace.review.page(Order.DISAGREE) == []


def test_where_the_challenger_differs_a_user_is_asked(workspace, registry, keep):
    """The newest come first, with both answers; labelled ones are left out, and pages go on."""
    registry.challenge(worse_copy(registry))
    first, second, third = keep(3, 0, 7)
    workspace.feedback.give(second, actual_digit=0)
    newest, oldest = workspace.review.page(Order.DISAGREE)
    assert ids([newest, oldest]) == [third, first]
    assert (newest.kept.prediction.digit, newest.second.digit) == (7, None)
    assert ids(workspace.review.page(Order.DISAGREE, limit=1, after=newest.kept)) == [first]
    assert workspace.review.count(Order.DISAGREE) == 2


def test_a_challenger_that_agrees_asks_nothing(workspace, registry, keep):
    """Where both agree there is nothing to review."""
    keep(3, 0)
    registry.challenge(registry.champion())
    assert workspace.review.count(Order.DISAGREE) == 0


def test_another_challenger_is_asked_afresh(workspace, registry, keep):
    """The answers of the last challenger are not those of the next."""
    keep(3)
    registry.challenge(worse_copy(registry))
    assert workspace.review.count(Order.DISAGREE) == 1
    registry.challenge(registry.champion())
    assert workspace.review.count(Order.DISAGREE) == 0
    registry.end_challenge()
    assert workspace.review.page(Order.DISAGREE) == []


def test_the_challenger_reads_each_image_once(workspace, registry, keep, monkeypatch):
    """Asking again reads only new predictions."""
    registry.challenge(worse_copy(registry))
    keep(3, 0)
    workspace.review.count(Order.DISAGREE)
    read: list[int] = []
    monkeypatch.setattr(Recogniser, "read", lambda _, images, __: read.append(len(images)) or [])
    workspace.review.count(Order.DISAGREE)
    assert read == []


def test_a_challenger_that_is_gone_is_told(workspace, registry, keep):
    """An alias without a version is reported."""
    keep(3)
    challenger = worse_copy(registry)
    registry.challenge(challenger)
    shutil.rmtree(challenger.folder)
    with pytest.raises(ModelUnavailable, match="challenger"):
        workspace.review.count(Order.DISAGREE)


def test_a_page_has_a_limit(workspace):
    """What cannot be a number of predictions is refused."""
    with pytest.raises(InvalidValue):
        workspace.review.page(Order.LEAST_SURE, limit=0)


def test_a_wrong_label_is_suspected(workspace, keep):
    """A clear 3 labelled as an 8 is listed, with the probability of each; right labels are not."""
    threes = keep(3, 3, 0)
    workspace.feedback.give(threes[0], actual_digit=3)
    workspace.feedback.give(threes[1], actual_digit=8)
    workspace.feedback.give(threes[2], actual_digit=0)
    [suspect] = workspace.review.suspects()
    assert (suspect.kept.id, suspect.kept.label.digit, suspect.preferred) == (threes[1], 8, 3)
    assert suspect.given < 0.1
    assert suspect.preferred_given > 0.9


def test_a_checked_label_is_doubted_no_longer(workspace, keep):
    """A verified label stays out of the list."""
    keep(3, 3)
    workspace.feedback.give(1, actual_digit=3)
    workspace.feedback.give(2, actual_digit=8)
    workspace.feedback.verify(2)
    assert workspace.review.suspects() == []
