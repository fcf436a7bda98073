"""The example images are read as what they show."""

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.example_images import example_digits, example_numbers, example_strokes
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import sheet


def test_each_digit_is_read_and_the_scribble_refused(workspace: Workspace) -> None:
    """In any colours and on any paper."""
    assert {name: workspace.read(image).digit for name, image in example_digits().items()} == {
        "black on white.png": 7,
        "white on blue.png": 3,
        "faint pencil.png": 4,
        "on ruled paper.png": 5,
        "a scribble.png": None,
    }


def test_each_number_is_read_whole(workspace: Workspace) -> None:
    """Line by line."""
    assert [workspace.read_number(image).text for image in example_numbers().values()] == ["20486", "1970\n3358"]


@pytest.mark.parametrize("text", ["2", "3", "7", "2048", "1793"])
def test_example_strokes_are_read_on_any_sheet(workspace: Workspace, text: str) -> None:
    """On a wide one, and on the square of a phone; all of them lie on it."""
    for width, height in ((700, 300), (300, 300)):
        strokes = example_strokes(text, width=width, height=height)
        assert np.concatenate(strokes).min() > 0
        assert (np.concatenate(strokes).max(axis=0) < (width, height)).all()
        image = as_png(sheet(strokes, width=width, height=height, pen=18))
        assert workspace.read_number(image).text == text
