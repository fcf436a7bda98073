"""The Draw page."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.messages import literal
from dashboard.views.draw.pen import PENS
from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, number, png

BLANK = png(np.full((280, 280), 255, np.uint8))


def page_text(app: AppTest) -> str:
    """The words on the page."""
    return " ".join(element.value for element in [*app.markdown, *app.error, *app.caption])


def answer(app: AppTest) -> str:
    """The large symbol."""
    return str(app.get("html")[0].proto.body)


def test_an_empty_canvas_asks_for_a_digit(app: AppTest) -> None:
    """Before the first stroke the page says what to do and offers nothing to save."""
    app.run()
    assert not app.exception
    assert "Write one digit" in page_text(app)
    assert app.button(key="draw_save").disabled


@pytest.mark.parametrize("digit", [0, 3])
def test_a_drawing_is_read_at_once(app: AppTest, paper: list[bytes | None], digit: int) -> None:
    """The digit stands on the page as soon as it is drawn, with what the model saw and ten probabilities."""
    paper.append(png(drawing(digit)))
    app.run()
    assert f">{digit}" in answer(app)
    assert len(app.image) == 1
    assert "Probability of each digit. 0:" in app.get("html")[1].proto.body


def test_a_drawing_alone_enters_no_history(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """Drawing and reading store nothing."""
    paper.append(png(drawing(3)))
    app.run()
    assert [*workspace.history.page().predictions] == []


def test_save_stores_a_drawing_exactly_once(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """However often Save is pressed and the page reruns, one drawing is one row, and the page names its id."""
    paper.append(png(drawing(3)))
    save = app.run().button(key="draw_save")
    save.click().run()
    save.click().run()
    app.run()
    [row] = [*workspace.history.page().predictions]
    assert row.source is Source.DRAWING
    assert app.button(key="draw_save_done").label == f"Saved as prediction {row.id}"
    assert app.button(key="draw_save_done").disabled


def test_another_drawing_can_be_saved_after_the_first(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """Saving one drawing does not prevent saving the next."""
    for digit in (3, 0):
        paper.append(png(drawing(digit)))
        app.run()
        app.button(key="draw_save").click().run()
    assert len([*workspace.history.page().predictions]) == 2


def test_a_blank_canvas_is_told_and_not_saved(app: AppTest, paper: list[bytes | None]) -> None:
    """A canvas on which nothing is left says so; there is nothing to save."""
    paper.append(BLANK)
    app.run()
    assert "There is nothing written here." in page_text(app)
    assert app.button(key="draw_save").disabled


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
    monkeypatch.setenv("HWR_MAX_IMAGE_BYTES", "1024")
    app: AppTest = request.getfixturevalue("app")
    paper.append(png(drawing(3)))
    app.run()
    assert not app.exception
    assert "at most 1,024 are allowed" in app.error[0].value


def test_saving_in_a_busy_store_says_who_holds_it(
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    paper: list[bytes | None],
    hold_database: Callable[[], None],
) -> None:
    """A history held by another program leaves the prediction on the page, and the button to try again."""
    monkeypatch.setenv("HWR_STORE_BUSY_TIMEOUT", "0.1")
    app: AppTest = request.getfixturevalue("app")
    hold_database()
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_save").click().run()
    assert "The history is held by" in app.error[0].value
    assert not app.button(key="draw_save").disabled


def test_how_it_was_read_is_shown_when_asked_for(app: AppTest, paper: list[bytes | None]) -> None:
    """The stages to the 28x28 and what mattered stand below the answer, and only then."""
    paper.append(png(drawing(5)))
    app.run()
    assert "What mattered to the model" not in " ".join(each.value for each in app.markdown)
    app.toggle(key="draw_explain").set_value(True).run()
    assert not app.exception
    assert "What mattered to the model" in " ".join(each.value for each in app.markdown)


def test_a_number_may_be_drawn(app: AppTest, paper: list[bytes | None]) -> None:
    """With Numbers chosen all digits on the canvas are read, and an empty one says what to do."""
    app.run()
    app.segmented_control(key="draw_kind").set_value("Numbers").run()
    assert "next to each other" in page_text(app)
    paper.append(png(number("47")))
    app.run()
    assert not app.exception
    assert ">47" in answer(app)


def test_a_pen_in_sight_sets_the_width(app: AppTest) -> None:
    """Choosing a pen sets its width; setting another width chooses none of the pens."""
    app.run()
    app.segmented_control(key="draw_pen_name").set_value("Marker").run()
    assert app.slider(key="draw_pen_width").value == PENS["Marker"]
    app.slider(key="draw_pen_width").set_value(11).run()
    assert app.segmented_control(key="draw_pen_name").value is None
    app.slider(key="draw_pen_width").set_value(PENS["Fine"]).run()
    assert app.segmented_control(key="draw_pen_name").value == "Fine"


def test_the_pen_stays_chosen_on_another_page(app: AppTest) -> None:
    """Who comes back to Draw writes with the same pen."""
    app.run()
    app.segmented_control(key="draw_pen_name").set_value("Fine").run()
    app.switch_page("app_pages/upload.py").run()
    app.switch_page("app_pages/draw.py").run()
    assert app.segmented_control(key="draw_pen_name").value == "Fine"
    assert app.slider(key="draw_pen_width").value == PENS["Fine"]


def label(workspace: Workspace) -> int | str | None:
    """The label of the one stored prediction; "nothing" while there is none."""
    [row] = workspace.history.page().predictions
    return row.label.digit if row.label else "nothing"


def test_a_label_may_be_changed_and_removed(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """One press saves the prediction and labels it; another relabels it, the same again removes the label."""
    paper.append(png(drawing(3)))
    app.run()
    for press, expected in ((4, 4), (8, 8), (8, "nothing"), ("none", None)):
        app.button(key=f"draw_label_is_{press}").click().run()
        assert not app.exception
        assert label(workspace) == expected
    app.button(key="draw_label_agree").click().run()
    assert label(workspace) == 3


def test_an_empty_canvas_cannot_be_labelled(app: AppTest, paper: list[bytes | None]) -> None:
    """The buttons are there and disabled, without a drawing as for a blank one."""
    app.run()
    assert app.button(key="draw_label_agree").disabled
    paper.append(BLANK)
    app.run()
    assert app.button(key="draw_label_is_4").disabled


def test_keys_stand_on_the_buttons(app: AppTest, paper: list[bytes | None]) -> None:
    """Each action has a key of its own, which its button names."""
    paper.append(png(drawing(3)))
    app.run()
    keys = ("draw_save", "draw_undo", "draw_clear", "draw_label_agree", "draw_label_is_none", "draw_label_is_7")
    assert [app.button(key=key).proto.shortcut for key in keys] == ["s", "z", "escape", "enter", "n", "7"]


def test_a_rejected_drawing_says_what_to_do(app: AppTest, paper: list[bytes | None]) -> None:
    """Not a digit is an answer too, which may be saved or labelled."""
    scribble = np.full((280, 280), 255, np.uint8)
    for place in range(30, 250, 16):
        scribble[place : place + 5, 30:250] = 0
        scribble[30:250, place : place + 5] = 0
    paper.append(png(scribble))
    app.run()
    assert "–" in answer(app)
    assert "If it is one, label it" in page_text(app)
    assert not app.button(key="draw_label_is_7").disabled


def test_several_digits_are_read_as_a_number_in_one_press(app: AppTest, paper: list[bytes | None]) -> None:
    """Where there is more than one digit, a button reads them all."""
    paper.append(png(number("47")))
    app.run()
    assert "more than one digit" in page_text(app)
    app.button(key="draw_as_number").click().run()
    assert not app.exception
    assert ">47" in answer(app)


def drawn(app: AppTest) -> list[str]:
    """What stands below the drawings of this session, one after the other."""
    words = [element.value for element in app.markdown]
    return words[words.index("**Recent drawings**") + 1 :] if "**Recent drawings**" in words else []


def test_cleared_drawings_stay_in_sight(app: AppTest, paper: list[bytes | None]) -> None:
    """A drawing that was cleared, or saved, is shown below with what it was read as, newest first, each once."""
    for before, digit in enumerate((3, 0)):
        paper.append(png(drawing(digit)))
        app.run()
        assert len(drawn(app)) == before  # it is still on the canvas
        paper.append(None)
        app.run()
    assert drawn(app) == ["**0**", "**3**"]
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_save").click().run()
    assert drawn(app) == ["**3**", "**0**"]
    assert [link.proto.label for link in app.get("page_link") if link.proto.label.startswith("#")] == ["#1"]


def test_no_more_than_a_dozen_drawings_are_shown(app: AppTest, paper: list[bytes | None]) -> None:
    """The oldest make room."""
    for number_of in range(13):
        paper.append(png(drawing(number_of % 10, pen=8 + number_of)))
        app.run()
        paper.append(None)
        app.run()
    assert drawn(app) == [f"**{digit}**" for digit in (2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1)]


def test_a_corrected_drawing_shows_its_label(app: AppTest, paper: list[bytes | None]) -> None:
    """Below stands what was read and the label; once that is removed, what was read alone."""
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_label_is_4").click().run()
    assert drawn(app) == ["**3**, label 4"]
    assert [each.value for each in app.toast] == [literal("Label saved: prediction 1 is a 4.")]
    app.button(key="draw_label_is_4").click().run()
    assert drawn(app) == ["**3**"]


def examples(app: AppTest) -> list[str]:
    """The examples that can be clicked."""
    return [button.label for button in app.button if button.label.startswith("Example")]


def test_an_example_is_written_on_the_sheet_by_one_click(app: AppTest) -> None:
    """Stroke by stroke, for those who cannot draw; a number where numbers are drawn."""
    app.run().button(key="draw_digits_0").click().run()
    assert not app.exception
    assert app.session_state["draw_board_sheet"].is_put
    assert len(app.session_state["draw_board_sheet"].strokes) == 1
    app.segmented_control(key="draw_kind").set_value("Numbers").run()
    assert examples(app) == ["Example 2048", "Example 1793"]
    app.button(key="draw_numbers_0").click().run()
    assert len(app.session_state["draw_board_sheet"].strokes) >= 4


def test_examples_are_offered_where_they_help(app: AppTest, paper: list[bytes | None]) -> None:
    """On an empty sheet, in the script that they are written in."""
    assert examples(app.run()) == ["Example 2", "Example 3", "Example 7"]
    app.selectbox(key="draw_script_1").set_value("arabic").run()
    assert examples(app) == []
    app.selectbox(key="draw_script_1").set_value("western").run()
    paper.append(png(drawing(3)))
    assert examples(app.run()) == []
