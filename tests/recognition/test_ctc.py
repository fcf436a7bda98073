"""Connectionist temporal classification: what a text is worth is what all ways to spread it over the columns are."""

from itertools import groupby, product

import numpy as np
import pytest

from hwr_core.recognition.ctc import (
    BLANK,
    given_neighbours,
    log_likelihood,
    log_likelihoods,
    log_softmax,
    places,
    probable_texts,
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


def test_each_text_may_have_its_own_columns(doubtful):
    """Windows of different lengths, weighed together, give what each gives alone."""
    windows = [(0, 6), (2, 5), (1, 2), (3, 6)]
    alone = [log_likelihood(doubtful[first:end], "3") for first, end in windows]
    np.testing.assert_allclose(log_likelihoods(doubtful, ["3"] * 4, windows), alone)


def test_a_digit_is_weighed_between_those_beside_it():
    """Its ten probabilities are those of the texts that differ at its place, where its neighbours leave room."""
    columns = columns_of(BLANK, 4, 4, 2, BLANK, 2, 2, 9, BLANK, 1, 1, BLANK, 7, sure=2.0)
    text = "422917"
    where = places(columns, text)
    found = given_neighbours(columns, text, where)
    assert found.shape == (6, 10)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    of_third = columns[: where[5][0]]  # two digits to either side: from the beginning up to the sixth
    shares = np.exp([log_likelihood(of_third, f"42{digit}91") for digit in range(10)])
    np.testing.assert_allclose(found[2], shares / shares.sum())


def test_a_long_line_is_weighed_like_a_short_one():
    """Over thousands of columns no probability becomes nothing by the way, however small."""
    once = columns_of(*[3, BLANK, 8, BLANK] * 50, sure=1.0)
    text = "38" * 50
    assert log_likelihood(np.tile(once, (10, 1)), text * 10) == pytest.approx(10 * log_likelihood(once, text), rel=0.02)
    assert probable_texts(np.tile(columns_of(*[3, BLANK, 8, BLANK] * 50), (10, 1)))[0] == text * 10
    assert -3000 < log_likelihood(once, "1") < -200
