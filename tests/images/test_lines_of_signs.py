"""Signs whose parts stand above each other, or differ in height, find their line."""

import cv2
import numpy as np

from hwr_core.app.workspace import Workspace
from hwr_core.images.lines.segmentation import segment
from hwr_core.images.types import Box, Grey
from tests.handwriting import png

SIDE = 60


def _three(page: Grey, left: int, top: int) -> None:
    for row, inset in ((8, 8), (30, 12), (52, 2)):
        cv2.line(page, (left + inset, top + row), (left + SIDE - inset, top + row - 2), (0,), 5, cv2.LINE_AA)


def _ten(page: Grey, left: int, top: int) -> None:
    cv2.line(page, (left + 2, top + 28), (left + SIDE - 2, top + 25), (0,), 5, cv2.LINE_AA)
    cv2.line(page, (left + 30, top), (left + 30, top + SIDE), (0,), 5, cv2.LINE_AA)


def _page(*rows: str) -> Grey:
    """Rows of 三 and 十, two thirds of a sign apart, on white."""
    page = np.full((120 + 100 * len(rows), 440), 255, np.uint8)
    for number, row in enumerate(rows):
        for place, sign in enumerate(row):
            {"三": _three, "十": _ten}[sign](page, 60 + 75 * place, 60 + 100 * number)
    return page


def _boxes(page: Grey, *, alike: bool) -> list[list[Box]]:
    return [[part.box for part in line.parts] for line in segment(page, alike=alike).lines]


def test_bars_above_each_other_stand_on_one_line() -> None:
    """Where digits are alike, each bar of a 三 would be a line of its own."""
    page = _page("三十三")
    assert [len(line) for line in _boxes(page, alike=False)] == [7]
    assert len(_boxes(page, alike=True)) > 1


def test_rows_of_such_signs_are_lines_of_their_own() -> None:
    """Two thirds of a sign lie between them, more than between the bars of one sign."""
    assert [len(line) for line in _boxes(_page("三十", "十三三"), alike=False)] == [4, 7]


def test_a_slanted_row_stays_on_one_line() -> None:
    """Three degrees: what stands beside each other is on one line, however far apart its ends are."""
    page = _page("十三十三十", "三三三十十")
    height, width = page.shape
    turned = cv2.warpAffine(
        page, cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1), (width, height), borderValue=255
    )
    assert [len(line) for line in _boxes(np.asarray(turned, np.uint8), alike=False)] == [9, 11]


def test_a_blank_page_has_no_line() -> None:
    """A frame alone is taken out, and nothing is left to stand on a line."""
    page = np.full((200, 300), 255, np.uint8)
    cv2.rectangle(page, (0, 0), (299, 199), (0,), 3)
    assert _boxes(page, alike=False) == []


def test_chinese_numerals_are_read_row_by_row(workspace: Workspace) -> None:
    """The bars of each are read together, and each row is worth what it says."""
    found = workspace.read_number(png(_page("三十", "十三", "三十三")), script="chinese")
    assert [line.text for line in found.lines] == ["三十", "十三", "三十三"]
    assert [line.value for line in found.lines] == ["30", "13", "33"]
