"""Decimal signs and minus are found beside digits, and what is none of them is not."""

import cv2
import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NumberLine
from hwr_core.records.predictions import Source
from tests.handwriting import number, png

SIDE, PEN = 100, 9
BASE = 84
"""Pixels of a digit's square, of the pen, and the row that digits stand on."""


def written(digits: str, *, comma_after: int | None = None, point: bool = False, minus: bool = False) -> Grey:
    """Return digits with room for a mark behind some of them, and marks."""
    cut = comma_after or len(digits)
    room = np.full((SIDE, 34), 255, np.uint8)
    pieces = [np.full((SIDE, 90), 255, np.uint8), number(digits[:cut], side=SIDE, pen=PEN, gap=-30)]
    if comma_after:
        pieces += [room, number(digits[cut:], side=SIDE, pen=PEN, gap=-30)]
    page = np.ascontiguousarray(np.pad(np.hstack(pieces), 30, constant_values=255))
    if comma_after:
        x, y = 30 + pieces[0].shape[1] + pieces[1].shape[1] + 17, 30 + BASE
        end = (x + 1, y + 1) if point else (x - 6, y + 14)
        cv2.line(page, (x, y), end, (0,), PEN, cv2.LINE_AA)
    if minus:
        cv2.line(page, (60, 30 + SIDE // 2), (96, 30 + SIDE // 2), (0,), PEN, cv2.LINE_AA)
    return page


def read(workspace: Workspace, page: Grey, pattern: str | None) -> NumberLine:
    """Return the one line of a page."""
    [line] = workspace.read_number(png(page), pattern=pattern).lines
    return line


@pytest.mark.parametrize("minus", [True, False])
@pytest.mark.parametrize("point", [True, False])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_amounts_are_read_with_their_marks(workspace: Workspace, after: int, *, point: bool, minus: bool) -> None:
    """Comma or point, with a minus or without."""
    line = read(workspace, written("31250", comma_after=after, point=point, minus=minus), "decimals 1-4, minus")
    sign = "-" if minus else ""
    assert (line.text, line.value, line.fits) == ("31250", f"{sign}{'31250'[:after]}.{'31250'[after:]}", True)


def test_without_a_sign_nothing_is_made_up(workspace: Workspace) -> None:
    """An amount of whole units does not fit a pattern with decimals, and is not accepted."""
    line = read(workspace, written("31250"), "decimals 2")
    assert (line.text, line.value, line.fits, line.accept) == ("31250", "31250", False, False)
    assert read(workspace, written("31250"), "decimals 0-2, minus").value == "31250"


def test_marks_that_no_pattern_names_mean_nothing(workspace: Workspace) -> None:
    """The text has digits alone, as always."""
    page = written("31250", comma_after=3, minus=True)
    assert (read(workspace, page, None).text, read(workspace, page, None).value) == ("31250", None)
    assert read(workspace, page, "digits 5").value is None


def test_a_value_is_kept_with_its_number(workspace: Workspace) -> None:
    """And comes back from the history."""
    page = png(written("31250", comma_after=3, minus=True))
    kept = workspace.read_and_keep_number(page, source=Source.API, pattern="decimals 2, minus")
    assert workspace.numbers.get(kept.id).number.lines[0].value == "-312.50"  # type: ignore[union-attr]
