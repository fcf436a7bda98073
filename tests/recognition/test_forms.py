"""The number in a field of a form: what was read in pieces is put together, and what was left out is not accepted."""

import cv2
import numpy as np
import pytest

from hwr_core.images.alignment import EmptyForm
from hwr_core.images.types import Grey
from hwr_core.recognition.forms import Field, ReadField, read_fields
from hwr_core.recognition.patterns import Pattern
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests import made_forms
from tests.handwriting import drawing

ROOM = made_forms.FIELDS[4]
"""A field that is a wide box."""


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    """The shipped version."""
    return Recogniser.load(Registry(PROJECT / "models").champion())


def written(digits: dict[int, str]) -> Grey:
    """Return the form with digits so many pixels from the left side of the field."""
    page = made_forms.empty()
    for left, digit in digits.items():
        small = cv2.resize(drawing(int(digit), side=100, pen=9), (40, 40), interpolation=cv2.INTER_AREA)
        x, y = ROOM.left + left, ROOM.top + 10
        window = page[y : y + 40, x : x + 40]
        np.minimum(window, small, out=window)
    return page


def read(page: Grey, pattern: str | None, recogniser: Recogniser) -> ReadField:
    """Read the field."""
    field = Field(ROOM.name, ROOM.box, Pattern.parse(pattern) if pattern else None)
    [found] = read_fields(page, EmptyForm.of(made_forms.empty()), [field], recogniser, max_error=0.5)
    return found


@pytest.mark.parametrize("pattern", [None, "digits 4", "range 1-9999"])
def test_pieces_of_a_number_are_one_number(recogniser: Recogniser, pattern: str | None) -> None:
    """However far apart they stand, and also where each piece would fit alone."""
    number = read(written({10: "4", 45: "7", 200: "1", 235: "1"}), pattern, recogniser).number
    assert (number.text, [line.text for line in number.lines], number.accept) == ("4711", ["4711"], True)
    assert len(number.digits) == 4
    assert {digit.line for digit in number.digits} == {0}


def test_a_number_beside_another_is_not_accepted(recogniser: Recogniser) -> None:
    """It fits, but nobody knows what the other one is."""
    number = read(written({10: "4", 45: "7", 200: "1", 235: "1"}), "range 40-50", recogniser).number
    assert (number.text, number.fits, number.accept) == ("47", True, False)


def test_an_empty_field_has_no_number(recogniser: Recogniser) -> None:
    """The print around it is none."""
    found = read(made_forms.empty(), "digits 4", recogniser)
    assert (found.number.text, found.number.lines, found.number.fits, found.number.accept) == ("", (), None, False)
    assert found.image.shape[0] > ROOM.box[3]
