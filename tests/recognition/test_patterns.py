"""What a number may be: known numbers of each kind fit, and no longer do with one digit changed."""

import pytest

from hwr_core.errors import InvalidValue
from hwr_core.images.lines.marks import Marks
from hwr_core.recognition.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "digits", "fits"),
    [
        ("digits 4", "0042", True),
        ("digits 4", "042", False),
        ("digits 6-8", "1234567", True),
        ("Digits  6 - 8", "123456789", False),
        ("range 1-31", "31", True),
        ("range 1-31", "32", False),
        ("luhn", "4539578763621486", True),
        ("luhn", "4539578763621487", False),
        ("luhn", "0", False),
        ("mod97", "3214282912345698765432161182", True),
        ("mod97", "3214282912345698765432161183", False),
        ("ean", "4006381333931", True),
        ("ean", "96385074", True),
        ("ean", "036000291452", True),
        ("ean", "4006381333937", False),
        ("ean", "40063813", False),
        ("isbn", "0306406152", True),
        ("isbn", "9780306406157", True),
        ("isbn", "4006381333931", False),
        ("isbn", "0306406153", False),
        ("date DDMMYYYY", "29022024", True),
        ("date ddmmyyyy", "29022023", False),
        ("date YYMMDD", "991231", True),
        ("date YYYYMMDD", "20241301", False),
        ("date DDMMYY", "2902202", False),
        ("digits 16, luhn", "4539578763621486", True),
        ("digits 15, luhn", "4539578763621486", False),
        ("digits 1", "", False),
    ],
)
def test_a_number_fits_or_does_not(pattern, digits, fits):
    """Numbers that others call valid: a card and an IBAN for tests, an ISBN and EANs from the standards."""
    assert Pattern.parse(pattern).fits(digits) is fits


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ("phone", "'phone', which is no term"),
        ("luhn 3", "no term"),
        ("digits", "no term"),
        ("digits x", "a number or two"),
        ("digits ٣", "a number or two"),
        ("digits 8-6", "smaller number comes first"),
        ("digits 0", "1 digit or more"),
        ("range 7", "two numbers"),
        ("date DMMDYYYY", "in some order"),
        ("date DDMM", "in some order"),
        ("luhn," * 100, "at most 200"),
    ],
)
def test_what_is_no_pattern_is_refused_in_words(pattern, words):
    """The message says what was wrong, and most say what is allowed."""
    with pytest.raises(InvalidValue, match=words):
        Pattern.parse(pattern)


def test_a_check_digit_makes_a_reading_surer_and_a_range_does_not():
    """Of wrong readings one in ten has the right check digit; many lie in a range."""
    assert Pattern.parse("luhn").confidence(0.9) == pytest.approx(0.9 / (0.9 + 0.01))
    assert Pattern.parse("mod97, luhn").confidence(0.5) == pytest.approx(970 / 971)
    assert Pattern.parse("range 1-5").confidence(0.9) == pytest.approx(0.9)
    assert Pattern.parse("luhn").confidence(0.0) == 0.0
    assert Pattern.parse("luhn").confidence(1.0) == 1.0


@pytest.mark.parametrize(
    ("pattern", "digits", "marks", "fits", "value"),
    [
        ("decimals 2", "1250", Marks(decimal_after=2), True, "12.50"),
        ("decimals 2", "1250", Marks(decimal_after=3), False, "125.0"),
        ("decimals 2", "1250", Marks(), False, "1250"),
        ("decimals 0-2", "1250", Marks(), True, "1250"),
        ("decimals 0-2, minus", "5", Marks(minus=True), True, "-5"),
        ("minus", "1250", Marks(minus=True, decimal_after=2), True, "-1250"),
        ("decimals 2", "1250", Marks(minus=True, decimal_after=2), True, "12.50"),
        ("digits 4, decimals 2", "125", Marks(decimal_after=1), False, "1.25"),
        ("digits 4", "1250", Marks(minus=True, decimal_after=2), True, None),
    ],
)
def test_marks_are_read_where_the_pattern_names_them(pattern, digits, marks, fits, value):
    """A decimal sign has to stand in its place, a minus may be there; elsewhere they mean nothing."""
    expected = Pattern.parse(pattern)
    assert (expected.fits(digits, marks), expected.value(digits, marks)) == (fits, value)


@pytest.mark.parametrize("pattern", ["decimals", "decimals x", "minus 3", "decimals 3-1"])
def test_marks_that_are_none_are_refused(pattern):
    """Like other terms."""
    with pytest.raises(InvalidValue):
        Pattern.parse(pattern)
