"""Connectionist temporal classification: what a text is worth is what all ways to spread it over the columns are."""

from itertools import groupby, product

import numpy as np
import pytest

from hwr_core.recognition.ctc import (
    BLANK,
    given_others,
    log_likelihood,
    log_likelihoods,
    log_softmax,
    places,
    probable_texts,
    probable_way,
)


def columns_of(*digits: int, sure: float = 6.0) -> np.ndarray:
    """Columns that show these digits, or BLANK, about as surely."""
    logits = np.random.default_rng(0).normal(0.0, 0.5, (len(digits), 11))
    logits[np.arange(len(digits)), digits] += sure
    return log_softmax(logits)


def texts_by_hand(columns: np.ndarray, symbols: tuple[int, ...]) -> dict[str, float]:
    """The probability of each text of these symbols, every way counted one by one."""
    found: dict[str, float] = {}
    for way in product(symbols, repeat=len(columns)):
        text = "".join(str(digit) for digit, _ in groupby(way) if digit != BLANK)
        found[text] = found.get(text, 0.0) + float(
            np.exp(sum(columns[place][symbol] for place, symbol in enumerate(way)))
        )
    return found


@pytest.fixture
def doubtful() -> np.ndarray:
    """Six columns that show 3, 7 or nothing, no one knows."""
    logits = np.full((6, 11), -1e9)
    logits[:, [3, 7, BLANK]] = np.random.default_rng(1).normal(0.0, 1.0, (6, 3))
    return log_softmax(logits)


def test_the_probability_of_a_text_is_that_of_all_its_ways(doubtful):
    """The forward algorithm counts what is counted by hand, a digit twice in a row and the empty text included."""
    by_hand = texts_by_hand(doubtful, (3, 7, BLANK))
    assert sum(by_hand.values()) == pytest.approx(1.0)
    for text, probability in by_hand.items():
        assert np.exp(log_likelihood(doubtful, text)) == pytest.approx(probability)


def test_the_most_probable_text_is_found(doubtful):
    """Not that of the most probable way, but that of all ways together."""
    by_hand = texts_by_hand(doubtful, (3, 7, BLANK))
    assert probable_texts(doubtful)[0] == max(by_hand, key=lambda text: by_hand[text])


def test_texts_of_one_length_are_weighed_together(doubtful):
    """Many at once give what each gives alone."""
    texts = ["37", "33", "73", "77"]
    np.testing.assert_allclose(log_likelihoods(doubtful, texts), [log_likelihood(doubtful, text) for text in texts])


def test_the_same_digit_twice_needs_a_blank_between():
    """Two columns of one digit are one digit."""
    assert probable_texts(columns_of(4, 4, BLANK))[0] == "4"
    assert probable_texts(columns_of(4, BLANK, 4))[0] == "44"


def test_each_digit_knows_its_columns():
    """First and last column of each, from left to right."""
    assert places(columns_of(BLANK, 4, 4, 2, BLANK, 2, 2, 2, BLANK), "422") == [(1, 2), (3, 3), (5, 7)]


def test_nothing_is_read_from_blanks():
    """No text, sure, and nowhere."""
    blanks = columns_of(BLANK, BLANK, BLANK)
    assert probable_texts(blanks)[0] == ""
    assert np.exp(log_likelihood(blanks, "")) > 0.9
    assert places(blanks, "") == []


def test_a_text_longer_than_the_columns_is_impossible():
    """Its probability is nothing, and no error."""
    assert np.exp(log_likelihood(columns_of(1, 2), "123")) == 0.0


@pytest.mark.parametrize("text", ["422917", "4", "44", "7171"])
@pytest.mark.parametrize("sure", [0.5, 2.0, 6.0])
def test_a_digit_is_weighed_between_the_others(text, sure):
    """Its ten probabilities are those of the texts that differ at its place alone."""
    columns = columns_of(BLANK, 4, 4, 2, BLANK, 2, 2, 9, BLANK, 1, 1, BLANK, 7, sure=sure)
    found = given_others(columns, text)
    assert found.shape == (len(text), 10)
    for place in range(len(text)):
        others = [f"{text[:place]}{digit}{text[place + 1 :]}" for digit in range(10)]
        shares = np.exp([log_likelihood(columns, other) for other in others])
        np.testing.assert_allclose(found[place], shares / shares.sum(), rtol=1e-6, atol=1e-12)


@pytest.mark.filterwarnings("error")
def test_the_digits_of_an_impossible_text_have_probabilities():
    """Forty digits where the columns surely show two: nobody knows, and nothing overflows."""
    columns = columns_of(*[3] * 200, *[BLANK] * 400, *[8] * 400, sure=20.0)
    found = given_others(columns, "1234567890" * 4)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_no_digits_have_no_probabilities():
    """Of an empty text."""
    assert given_others(columns_of(BLANK, BLANK), "").shape == (0, 10)


def test_the_most_probable_way_has_a_text():
    """A digit in columns side by side is one digit, blanks are none."""
    assert probable_way(columns_of(BLANK, 4, 4, BLANK, 4, 2, 0, 0)) == "4420"
    assert probable_way(columns_of(BLANK, BLANK)) == ""


def test_a_long_line_is_weighed_like_a_short_one():
    """Over thousands of columns no probability becomes nothing by the way, however small."""
    once = columns_of(*[3, BLANK, 8, BLANK] * 50, sure=1.0)
    text = "38" * 50
    assert log_likelihood(np.tile(once, (10, 1)), text * 10) == pytest.approx(10 * log_likelihood(once, text), rel=0.02)
    assert probable_texts(np.tile(columns_of(*[3, BLANK, 8, BLANK] * 50), (10, 1)))[0] == text * 10
    assert -3000 < log_likelihood(once, "1") < -200
    shares = given_others(np.tile(columns_of(*[3, BLANK, 8, BLANK] * 50), (10, 1)), text * 10)
    assert (shares.argmax(axis=1) == [int(digit) for digit in text * 10]).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
