"""What the pages say of a prediction."""

import pytest

from dashboard.components import wording
from hwr_core.recognition.types import Prediction, Reason, Timings, Verdict


def prediction(verdict: Verdict, *first_two: tuple[int, float]) -> Prediction:
    """A prediction whose two most probable digits are given."""
    shares = dict(first_two)
    probabilities = tuple(shares.get(digit, 0.0) for digit in range(10))
    digit = first_two[0][0] if verdict.names_a_digit else None
    return Prediction(verdict, digit, max(probabilities), probabilities, None, "test", Timings(0, 0))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "over 99.9%"),
        (0.9991, "over 99.9%"),
        (0.9962, "99.6%"),
        (0.98, "98%"),
        (0.0, "0%"),
    ],
)
def test_no_confidence_is_rounded_up_to_certainty(share: float, words: str) -> None:
    """The nearer to certainty, the more digits; 100% is never said."""
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.995, "Almost certainly a 7."), (0.93, "Very likely a 7."), (0.8, "Probably a 7.")],
)
def test_the_headline_is_as_sure_as_the_prediction(confidence: float, words: str) -> None:
    """Words follow the confidence."""
    assert wording.headline(prediction(Verdict.DIGIT, (7, confidence))) == words


def test_an_unsure_prediction_names_the_runner_up() -> None:
    """Who is unsure says between which two digits, and marks the first with a question mark."""
    unsure = prediction(Verdict.UNSURE, (8, 0.5), (3, 0.4))
    assert wording.headline(unsure) == "Not sure: it may be an 8 or a 3."
    assert wording.detail(unsure) == "8: 50%, 3: 40%"
    assert wording.symbol(unsure) == "8?"


@pytest.mark.parametrize("verdict", [Verdict.NOT_A_DIGIT, Verdict.NO_INK])
def test_a_prediction_without_a_digit_shows_none(verdict: Verdict) -> None:
    """Where no digit was read, the page says why and gives no figures."""
    none = prediction(verdict, (7, 0.3))
    assert wording.symbol(none) == "–"
    assert wording.headline(none) == wording.HEADLINES[Reason(verdict)]
    assert wording.detail(none) == ""


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_word_for_tables(verdict: Verdict) -> None:
    """No verdict shows its raw name."""
    assert "_" not in wording.verdict_word(verdict)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 B"), (999, "999 B"), (1_400, "1.4 kB"), (12_300_000, "12 MB"), (3_000_000_000_000, "3.0 TB")],
)
def test_sizes_are_told_in_the_unit_that_fits(count: int, words: str) -> None:
    """Three figures at most."""
    assert wording.size(count) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 predictions"), (1, "1 prediction"), (1200, "1,200 predictions")])
def test_one_is_told_in_the_singular(count: int, words: str) -> None:
    """One prediction, several predictions."""
    assert wording.counted(count, "prediction") == words
