"""The example images are read as what they show."""

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.example_images import example_digits, example_numbers


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
