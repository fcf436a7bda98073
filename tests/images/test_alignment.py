"""A filled-in form lies over the empty one however it was scanned, and its print is taken away."""

import cv2
import numpy as np
import pytest

from hwr_core.errors import NotThisForm
from hwr_core.images.alignment import EmptyForm
from hwr_core.images.types import Grey
from tests import made_forms

CROSS = 760, 1130
"""Where a mark was made on the form, x and y."""


@pytest.fixture(scope="module")
def form() -> EmptyForm:
    """The empty form."""
    return EmptyForm.of(made_forms.empty())


@pytest.fixture(scope="module")
def marked() -> Grey:
    """The form with one mark of a pen."""
    page = made_forms.empty()
    cv2.circle(page, CROSS, 12, (20,), -1)
    return page


def off(laid: Grey) -> float:
    """By how many pixels the mark misses its place."""
    x, y = CROSS
    rows, columns = np.nonzero(laid[y - 60 : y + 60, x - 60 : x + 60] < 120)
    return float(np.hypot(rows.mean() - 60, columns.mean() - 60))


@pytest.mark.parametrize("seed", range(4))
def test_scans_and_photographs_lie_over_the_empty_form(form: EmptyForm, marked: Grey, seed: int) -> None:
    """Within two pixels, at any resolution and askew."""
    rng = np.random.default_rng(seed)
    for seen in (made_forms.scanned(marked, rng), made_forms.photographed(marked, rng)):
        laid = form.laid_over(seen)
        assert laid.shape == form.page.shape
        assert off(laid) < 2.0


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("zoom", [0.6, 2.5])
def test_a_form_may_be_turned_and_large_or_small(form: EmptyForm, marked: Grey, turns: int, zoom: float) -> None:
    """As it comes out of a scanner."""
    seen = cv2.resize(np.rot90(marked, turns), None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    assert off(form.laid_over(np.asarray(seen, np.uint8))) < 2.0


def test_print_is_taken_away_and_pen_stays(form: EmptyForm, marked: Grey) -> None:
    """Nothing dark is left but the mark."""
    written = form.without_print(form.laid_over(marked)) < 120
    x, y = CROSS
    assert written[y - 8 : y + 8, x - 8 : x + 8].all()
    written[y - 20 : y + 20, x - 20 : x + 20] = False
    assert not written.any()


@pytest.mark.parametrize(
    "page",
    [
        np.full((1754, 1240), 250, np.uint8),
        np.random.default_rng(1).integers(0, 256, (1754, 1240)).astype(np.uint8),
        np.full((1, 1), 0, np.uint8),
        np.full((3, 4000), 0, np.uint8),
    ],
    ids=["blank", "noise", "a pixel", "a strip"],
)
def test_what_is_no_form_is_refused(form: EmptyForm, page: Grey) -> None:
    """Instead of being read somewhere."""
    with pytest.raises(NotThisForm):
        form.laid_over(page)


def test_another_form_is_refused(form: EmptyForm) -> None:
    """One with other print."""
    other = np.full((1754, 1240), 250, np.uint8)
    for place, line in enumerate(("Application", "Surname and first name", "Street", "Town", "Signature")):
        cv2.putText(other, line, (120, 200 + 260 * place), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (0,), 3, cv2.LINE_AA)
        cv2.rectangle(other, (100, 230 + 260 * place), (1100, 320 + 260 * place), (0,), 2)
    with pytest.raises(NotThisForm):
        form.laid_over(other)


def test_an_empty_form_without_print_cannot_be_used() -> None:
    """Nothing would tell where a field is."""
    with pytest.raises(NotThisForm, match="too little print"):
        EmptyForm.of(np.full((1000, 800), 255, np.uint8))
