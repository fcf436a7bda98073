"""Other scripts on the pages: chosen on Draw, remembered for a user, shown by their symbols, labelled by them."""

import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import Source
from tests.handwriting import png, symbol


def test_a_drawing_is_read_in_the_chosen_script(app: AppTest, paper: list[bytes | None]) -> None:
    """The symbol stands large, its value in words, and the bars and buttons are those of the script."""
    paper.append(png(symbol("arabic", 7)))
    app.run()
    app.selectbox(key="draw_script_1").select("arabic").run()
    assert not app.exception
    large, bars = (element.proto.body for element in app.get("html")[:2])
    assert ">٧" in large
    assert "٧: " in bars
    assert any("٧, the Arabic-Indic 7" in element.value for element in app.markdown)
    assert app.button(key="draw_label_is_3").label == "٣"


def test_what_is_drawn_in_two_scripts_is_kept_twice(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """Another script is another prediction of the same drawing."""
    paper.append(png(symbol("arabic", 7)))
    app.run().button(key="draw_save").click().run()
    app.selectbox(key="draw_script_1").select("arabic").run()
    app.button(key="draw_save").click().run()
    kept = workspace.history.page().predictions
    assert [each.prediction.script for each in kept] == ["arabic", "western"]


def test_a_chinese_numeral_has_a_button_for_each_symbol(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """Fifteen, of which ten have keys; a press labels the prediction with the value."""
    paper.append(png(symbol("chinese", 10)))
    app.run()
    app.selectbox(key="draw_script_1").select("chinese").run()
    assert app.button(key="draw_label_is_1000").label == "千"
    assert [app.button(key=f"draw_label_is_{value}").proto.shortcut for value in (9, 10)] == ["9", ""]
    app.button(key="draw_label_is_1000").click().run()
    [kept] = workspace.history.page().predictions
    assert kept.label is not None
    assert (kept.label.digit, kept.prediction.digit) == (1000, 10)


def test_a_user_writes_in_a_script_of_their_own(app: AppTest, workspace: Workspace) -> None:
    """Chosen once in the settings, it is where Draw begins; other users are not asked."""
    ada = workspace.users.create("Ada")
    page = app.switch_page("app_pages/settings.py").run()
    page.selectbox(key="settings_script_1").select("kannada").run()
    assert [workspace.users.get(user).script for user in (1, ada.id)] == ["kannada", "western"]
    page.switch_page("app_pages/draw.py").run()
    assert page.selectbox(key="draw_script_1").value == "kannada"


@pytest.mark.parametrize("page", ["history", "review", "analytics", "upload"])
def test_pages_show_other_scripts(app: AppTest, workspace: Workspace, page: str) -> None:
    """A history of several scripts breaks none of them."""
    for script, value in (("arabic", 7), ("chinese", 10), ("chinese", 3)):
        read = workspace.read(png(symbol(script, value)), script=script)
        kept = workspace.keep(read, source=Source.UPLOAD)
        workspace.feedback.give(kept.id, actual_digit=value if script == "arabic" else 100)
    workspace.read_and_keep(png(symbol("chinese", 2)), source=Source.UPLOAD, script="chinese")
    shown = app.switch_page(f"app_pages/{page}.py").run()
    assert not shown.exception
