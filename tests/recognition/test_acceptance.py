"""Whole numbers have a confidence of their own, and are accepted where it is high enough for the error allowed."""

import dataclasses
import math

import numpy as np
import pytest

from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.images.decode import Limits, PageImage
from hwr_core.images.lines.segmentation import segment
from hwr_core.recognition.acceptance import FEATURES, least_confidence, probability_right
from hwr_core.recognition.page_reader import read_page
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.card import Acceptance, Threshold, Weight
from hwr_core.registry.registry import Registry
from tests.handwriting import number, png

MODEL = Acceptance(
    bias=2.0,
    weights=tuple(
        Weight(feature=name, weight=weight, mean=mean, scale=scale)
        for name, weight, mean, scale in zip(
            FEATURES, (2.7, 0.3, -0.3, -0.3, 0.4), (2.0, 3.0, 0.3, 0.2, 0.6), (4.0, 3.0, 0.2, 0.7, 0.7), strict=True
        )
    ),
    lines=100,
    thresholds=(Threshold(confidence=0.95, error=0.01), Threshold(confidence=0.8, error=0.05)),
    test=0,
    risk=(),
    accepted=(),
)


@pytest.fixture(scope="module")
def accepting(models):
    """The version being served, with a model for whole numbers."""
    version = Registry(models).champion()
    lines = version.card.lines.model_copy(update={"acceptance": MODEL})
    recogniser = Recogniser.load(dataclasses.replace(version, card=version.card.model_copy(update={"lines": lines})))
    yield recogniser
    recogniser.close()


@pytest.fixture
def reader(accepting) -> Reader:
    """Reads files with it."""
    return Reader(accepting, Limits())


@pytest.fixture
def plain(models):
    """Reads files with the same version without a model for whole numbers."""
    version = Registry(models).champion()
    lines = version.card.lines.model_copy(update={"acceptance": None})
    recogniser = Recogniser.load(dataclasses.replace(version, card=version.card.model_copy(update={"lines": lines})))
    yield Reader(recogniser, Limits())
    recogniser.close()


def test_a_clear_number_is_surer_than_one_that_can_hardly_be_seen(accepting):
    """Grain over thin strokes costs confidence, whatever text comes out."""
    clear = number("314159")
    grain = np.random.default_rng(1).normal(0, 70, clear.shape)
    poor = np.clip(255 - 0.4 * (255.0 - number("314159", pen=4)) + grain, 0, 255).astype(np.uint8)
    [sure] = read_page(PageImage(clear, 1.0), accepting).lines
    doubtful = read_page(PageImage(poor, 1.0), accepting).lines
    assert sure.confidence > 0.9
    assert all(line.confidence < sure.confidence for line in doubtful)


def test_what_stands_beside_a_line_counts_against_it(accepting, monkeypatch):
    """Two groups of digits that overlap in height may be one number that fell apart; one below the other not."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    left, right = number("271"), number("828")
    beside, below = (np.full((240, 2 * left.shape[1]), 255, np.uint8) for _ in range(2))
    beside[:120, : left.shape[1]] = below[:120, : left.shape[1]] = left
    beside[65:185, left.shape[1] :] = below[120:, left.shape[1] :] = right
    beside, below = (read_page(PageImage(page, 1.0), accepting).lines for page in (beside, below))
    assert [line.text for line in beside] == [line.text for line in below] == ["271", "828"]
    near = FEATURES.index("neighbour")
    assert all(line.evidence[near] > 0 for line in beside)
    assert all(line.evidence[near] == 0 for line in below)


def test_two_ways_of_reading_that_agree_make_it_surer(accepting, monkeypatch):
    """The page network and the foreground: 1 where both show the same, -1 where not, 0 where one was not asked."""
    clear = PageImage(number("314159"), 1.0)
    agreement = FEATURES.index("agreement")
    [both] = read_page(clear, accepting).lines
    monkeypatch.setattr("hwr_core.recognition.page_reader.segment", lambda *_, **__: segment(number("271")))
    [differ] = read_page(clear, accepting).lines
    monkeypatch.setattr("hwr_core.recognition.page_reader.FEW", 0)
    monkeypatch.setattr("hwr_core.recognition.page_reader.DOUBTED", 0.0)
    [network] = read_page(clear, accepting).lines
    assert [line.evidence[agreement] for line in (both, differ, network)] == [1, -1, 0]
    assert differ.confidence < network.confidence < both.confidence


def test_the_digits_are_those_of_the_plain_version(reader, plain):
    """The model judges a text; it does not change it."""
    page = png(np.vstack([number("271828"), number("141421")]))
    one, other = reader.read_number(page), plain.read_number(page)
    assert one.digits == other.digits
    assert [line.evidence for line in other.lines] == [(), ()]
    assert all(len(line.evidence) == len(FEATURES) for line in one.lines)


def test_more_is_accepted_where_more_may_be_wrong(reader):
    """The threshold is that of the error; where none is low enough, nothing is accepted."""
    assert [least_confidence(MODEL, error) for error in (0.05, 0.02, 0.01)] == [0.8, 0.95, 0.95]
    assert least_confidence(MODEL, 0.009) == math.inf
    page = png(number("314159"))
    assert reader.read_number(page, max_error=0.05).accept
    assert not reader.read_number(page, max_error=0.001).accept


def test_a_number_of_several_lines_is_accepted_as_a_whole(accepting):
    """Each line may be sure enough, and all of them together not."""
    page = np.vstack([number("3141"), number("2718")])
    confidence = [line.confidence for line in read_page(PageImage(page, 1.0), accepting).lines]
    between = (min(confidence) + math.prod(confidence)) / 2
    accepting.acceptance = MODEL.model_copy(update={"thresholds": (Threshold(confidence=between, error=0.01),)})
    try:
        found = Reader(accepting, Limits()).read_number(png(page))
    finally:
        accepting.acceptance = MODEL
    assert [line.accept for line in found.lines] == [True, True]
    assert not found.accept


def test_without_a_model_a_confidence_is_taken_at_its_word(reader, plain):
    """So it is with a version that has none, and with boxes, whose digits are read one by one."""
    page = png(number("3141"))
    for found in (plain.read_number(page, max_error=0.3), reader.read_number(page, boxes=[(0, 0, 120, 120)])):
        assert found.accept == (found.confidence >= (0.7 if len(found.text) == 4 else 0.99))
        assert all(line.accept for line in found.lines) == found.accept


def test_a_page_without_digits_is_not_accepted(reader):
    """There is no number that could be right."""
    assert not reader.read_number(png(np.full((80, 80), 255, np.uint8)), max_error=0.5).accept


@pytest.mark.parametrize("max_error", [0.0, -0.1, 0.51, math.nan])
def test_an_error_out_of_range_is_refused(reader, max_error):
    """The message says what is allowed."""
    with pytest.raises(InvalidValue, match=r"above 0 and up to 0\.5"):
        reader.read_number(png(number("3")), max_error=max_error)


def test_a_card_of_a_newer_hwr_is_refused():
    """A feature that is not known cannot be left out silently."""
    newer = MODEL.model_copy(update={"weights": (MODEL.weights[0].model_copy(update={"feature": "colour"}),)})
    with pytest.raises(ModelUnavailable, match=r"newer hwr.*colour"):
        probability_right(newer, [0.0] * len(FEATURES))


def test_many_numbers_are_read_at_once(accepting):
    """As evaluation does: the digits' network is asked from work that is spread over the cores already."""
    pages = [PageImage(number(text), 1.0) for text in ("12", "34", "56", "78", "90")] * 2
    found = accepting.spread(lambda page: read_page(page, accepting), pages)
    assert [page.lines[0].text for page in found] == ["12", "34", "56", "78", "90"] * 2
