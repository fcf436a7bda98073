"""The Draw page."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.records import Source
from hwr_core.workspace import Workspace
from tests.handwriting import drawing, number, png

BLANK = png(np.full((280, 280), 255, np.uint8))


def page_text(app: AppTest) -> str:
    """The words on the page."""
    return " ".join(element.value for element in [*app.markdown, *app.error, *app.caption])


def answer(app: AppTest) -> str:
    """The large symbol."""
    return str(app.get("html")[0].proto.body)


def test_an_empty_canvas_asks_for_a_digit(app: AppTest) -> None:
    """Before the first stroke the page says what to do and offers nothing to keep."""
    app.run()
    assert not app.exception
    assert "Write one digit" in page_text(app)
    assert app.button(key="draw_keep").disabled


@pytest.mark.parametrize("digit", [0, 3])
def test_a_drawing_is_read_at_once(app: AppTest, paper: list[bytes | None], digit: int) -> None:
    """The digit stands on the page as soon as it is drawn, with what the model saw and ten probabilities."""
    paper.append(png(drawing(digit)))
    app.run()
    assert f">{digit}" in answer(app)
    assert len(app.image) == 1
    assert len(app.get("plotly_chart")) == 1


def test_a_drawing_alone_enters_no_history(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """Drawing and reading keep nothing."""
    paper.append(png(drawing(3)))
    app.run()
    assert [*workspace.history.page().readings] == []


def test_keep_enters_a_drawing_exactly_once(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """However often Keep is pressed and the page reruns, one drawing is one row, and the page names its number."""
    paper.append(png(drawing(3)))
    keep = app.run().button(key="draw_keep")
    keep.click().run()
    keep.click().run()
    app.run()
    [row] = [*workspace.history.page().readings]
    assert row.source is Source.DRAWING
    assert app.button(key="draw_keep_done").label == f"Kept as number {row.id}"
    assert app.button(key="draw_keep_done").disabled


def test_another_drawing_can_be_kept_after_the_first(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """Keeping one drawing does not close the door to the next."""
    for digit in (3, 0):
        paper.append(png(drawing(digit)))
        app.run()
        app.button(key="draw_keep").click().run()
    assert len([*workspace.history.page().readings]) == 2


def test_a_canvas_without_ink_is_told_and_not_kept(app: AppTest, paper: list[bytes | None]) -> None:
    """A canvas on which nothing is left says so; there is nothing to keep."""
    paper.append(BLANK)
    app.run()
    assert "There is no writing to read here." in page_text(app)
    assert app.button(key="draw_keep").disabled


def test_without_a_model_the_page_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No model is one panel in words that names the way out, not an exception."""
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path))
    app: AppTest = request.getfixturevalue("app")
    app.run()
    assert not app.exception
    assert "hwr train" in app.error[0].value


def test_a_drawing_that_cannot_be_read_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, paper: list[bytes | None]
) -> None:
    """A drawing over the limits of this server is one panel in words, not an exception."""
    monkeypatch.setenv("HWR_MAX_PICTURE_BYTES", "1024")
    app: AppTest = request.getfixturevalue("app")
    paper.append(png(drawing(3)))
    app.run()
    assert not app.exception
    assert "at most 1,024 are allowed" in app.error[0].value


def test_keeping_in_a_busy_store_says_who_holds_it(
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    paper: list[bytes | None],
    hold_database: Callable[[], None],
) -> None:
    """A history held by another program leaves the reading on the page, and the button to try again."""
    monkeypatch.setenv("HWR_STORE_BUSY_TIMEOUT", "0.1")
    app: AppTest = request.getfixturevalue("app")
    hold_database()
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_keep").click().run()
    assert "The history is held by" in app.error[0].value
    assert not app.button(key="draw_keep").disabled


def test_how_it_was_read_is_shown_when_asked_for(app: AppTest, paper: list[bytes | None]) -> None:
    """The way to the 28x28 and what mattered stand below the answer, and only then."""
    paper.append(png(drawing(5)))
    app.run()
    assert "What mattered" not in " ".join(each.value for each in app.markdown)
    app.toggle(key="draw_explain").set_value(True).run()
    assert not app.exception
    assert "What mattered" in " ".join(each.value for each in app.markdown)


def test_a_number_may_be_drawn(app: AppTest, paper: list[bytes | None]) -> None:
    """With Numbers chosen all digits on the canvas are read, and an empty one says what to do."""
    app.run()
    app.segmented_control(key="draw_kind").set_value("Numbers").run()
    assert "next to each other" in page_text(app)
    paper.append(png(number("47")))
    app.run()
    assert not app.exception
    assert ">47" in answer(app)
