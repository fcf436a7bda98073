"""The confidence of whole numbers is fitted to lines that were read, and its thresholds keep what they promise."""

import numpy as np
import pytest

from hwr_core.datasets.samples import Part
from hwr_core.images.decode import PageImage
from hwr_core.recognition.acceptance import FEATURES, least_confidence
from hwr_core.recognition.page_reader import read_page
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.training import acceptance
from hwr_core.training.acceptance import (
    ReadLines,
    confidences,
    fit_acceptance,
    publish_with_acceptance,
    read_lines,
    thresholds,
)
from tests.handwriting import number
from tests.own_models import copied_models
from tests.training.conftest import SOURCE, write_strokes


def lines(count: int, seed: int) -> ReadLines:
    """Lines whose first two features say how probable it is that each is right."""
    rng = np.random.default_rng(seed)
    evidence = rng.normal(size=(count, len(FEATURES)))
    odds = 2.0 + 2.5 * evidence[:, 0] + evidence[:, 1]
    return ReadLines(evidence, rng.uniform(size=count) < 1 / (1 + np.exp(-odds)))


def test_confidence_is_how_often_lines_are_right():
    """Of other lines with a confidence around 0.9, nine in ten are right; what says nothing gets no weight."""
    model = fit_acceptance(lines(3000, 1), lines(100, 2))
    other = lines(8000, 3)
    confidence = confidences(model, other.evidence)
    near = abs(confidence - 0.9) < 0.03
    assert other.right[near].mean() == pytest.approx(0.9, abs=0.03)
    assert [each.weight > 0.5 for each in model.weights] == [True, True, *[False] * (len(FEATURES) - 2)]


@pytest.mark.parametrize("max_error", [0.05, 0.1])
def test_thresholds_keep_what_they_promise(max_error):
    """Of other lines that are accepted, no more are wrong than was allowed, in nearly all fits."""
    kept = []
    for seed in range(5):
        model = fit_acceptance(lines(1000, seed), lines(10, 1))
        other = lines(4000, 100 + seed)
        taken = confidences(model, other.evidence) >= least_confidence(model, max_error)
        assert taken.sum() > 300
        kept.append((~other.right[taken]).mean() <= max_error)
    assert sum(kept) >= 4


def test_few_lines_promise_little():
    """Twenty right answers of twenty do not show that fewer than one in a hundred is wrong."""
    found = thresholds(np.linspace(0.9, 1.0, 20), np.ones(20, bool))
    assert min(each.error for each in found) == pytest.approx(0.139, abs=0.001)


def test_thresholds_accept_more_for_a_larger_error():
    """From sure to unsure, the error rising."""
    found = fit_acceptance(lines(2000, 5), lines(10, 1)).thresholds
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)
    assert [each.error for each in found] == sorted(each.error for each in found)


def test_the_card_says_what_was_accepted_of_test_lines():
    """The risk at each coverage, and what the thresholds for 1 and 5 % accept."""
    test = lines(1000, 7)
    model = fit_acceptance(lines(2000, 6), test)
    assert (model.lines, model.test) == (2000, 1000)
    assert model.risk[-1].risk == pytest.approx(float((~test.right).mean()))
    one, five = model.accepted
    assert (one.max_error, five.max_error) == (0.01, 0.05)
    assert one.accepted < five.accepted < 1000
    assert five.error < 0.08


@pytest.mark.parametrize("is_right", [True, False])
def test_lines_that_are_all_alike_give_a_finite_model(is_right):
    """Where all are right, or none, no feature tells one from the other."""
    alike = ReadLines(lines(200, 1).evidence, np.full(200, is_right))
    assert np.isfinite(confidences(fit_acceptance(alike, alike), alike.evidence)).all()


def test_pieces_of_a_made_line_are_left_out(tmp_path):
    """A line is right if it is the whole text; a lone digit beside others is a piece and teaches nothing."""
    recogniser = Recogniser.load(copied_models(tmp_path).champion())
    apart = np.hstack([number("271"), np.full((120, 400), 255, np.uint8), number("8")])
    found = read_lines([(number("314"), "314"), (number("314"), "315"), (apart, "2718")], _neutral(recogniser))
    recogniser.close()
    assert found.right.tolist() == [True, False, False]
    assert found.evidence.shape == (3, len(FEATURES))


def test_a_version_is_published_with_its_confidence_fitted(tmp_path, monkeypatch):
    """The same files under another name; lines are read as before, with another confidence."""
    monkeypatch.setattr(acceptance, "COUNTS", {Part.VALIDATION: 16, Part.TEST: 8})
    monkeypatch.setattr(acceptance, "LEAST_LINES", 8)
    write_strokes(tmp_path / f"{SOURCE}.jsonl.gz", {Part.VALIDATION: 2, Part.TEST: 2})
    champion = copied_models(tmp_path / "models").champion()
    made = publish_with_acceptance(champion, Registry(tmp_path / "models"), tmp_path)
    assert made.name != champion.name
    assert made.card.files == champion.card.files
    assert made.card.lines.acceptance.lines >= 8
    recogniser = Recogniser.load(made)
    [line] = read_page(PageImage(number("3141"), 1.0), recogniser).lines
    recogniser.close()
    assert line.text == "3141"
    assert 0 < line.confidence < 1


def test_too_few_lines_leave_the_card_as_it_was(tmp_path, monkeypatch):
    """A fit to a handful would say nothing."""
    monkeypatch.setattr(acceptance, "COUNTS", {Part.VALIDATION: 2, Part.TEST: 1})
    write_strokes(tmp_path / f"{SOURCE}.jsonl.gz", {Part.VALIDATION: 2, Part.TEST: 2})
    champion = copied_models(tmp_path / "models").champion()
    made = publish_with_acceptance(champion, Registry(tmp_path / "models"), tmp_path)
    assert made.card.lines == champion.card.lines


def _neutral(recogniser: Recogniser) -> Recogniser:
    recogniser.acceptance = acceptance.NEUTRAL
    return recogniser
