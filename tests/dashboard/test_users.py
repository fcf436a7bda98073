"""The Users page and the switch that every page has."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from hwr_core.app.workspace import Workspace
from hwr_core.records.users import User
from tests.handwriting import drawing, png


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Users."""
    return app.switch_page("app_pages/users.py")


def test_a_user_is_added(page: AppTest, workspace: Workspace) -> None:
    """A name is enough; the new user stands in the table and in the switch."""
    page.run()
    page.text_input(key="users_new_name").input("Ada")
    page.button[-1].click().run()
    assert not page.exception
    assert [user.username for user in workspace.users.all()] == ["default", "Ada"]


def test_a_taken_name_is_told_in_words(page: AppTest) -> None:
    """A clash is a panel on the page, not an exception."""
    page.run()
    page.text_input(key="users_new_name").input("DEFAULT")
    page.button[-1].click().run()
    assert not page.exception
    assert "is taken" in page.error[0].value


def test_what_is_saved_is_the_selected_users(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """After switching, predictions and labels are the selected user's."""
    ada = workspace.users.create("Ada")
    paper.append(png(drawing(3)))
    app.run()
    app.selectbox(key="user").select("Ada").run()
    app.button(key="draw_label_agree").click().run()
    [kept] = workspace.history.page().predictions
    assert (kept.user_id, kept.label and kept.label.digit) == (ada.id, 3)
    assert [each.user_id for each in workspace.feedback.of_prediction(kept.id)] == [ada.id]


def test_a_wrong_prediction_is_corrected_in_a_click(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """A digit saves the prediction and labels it; the drawing's file is stored too."""
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_label_is_8").click().run()
    [kept] = workspace.history.page().predictions
    assert kept.label is not None
    assert (kept.label.digit, kept.is_right) == (8, False)
    assert workspace.history.upload(kept.id) == paper[-1]


def selected(page: AppTest) -> Selectbox[User]:
    """The choice of the user to be edited."""
    [found] = [each for each in page.selectbox if (each.key or "").startswith("users_selected_")]
    return found


def test_a_renamed_user_stays_selected(page: AppTest, workspace: Workspace) -> None:
    """Under the new name, so that what is done next is done with the same user."""
    ada = workspace.users.create("Ada")
    page.run()
    selected(page).select(ada).run()
    page.text_input(key=f"users_name_{ada.id}").input("Countess")
    next(button for button in page.button if button.label == "Save").click().run()
    assert not page.exception
    assert selected(page).value == workspace.users.get(ada.id)
    assert workspace.users.get(ada.id).username == "Countess"


def test_an_unknown_user_is_told(app: AppTest) -> None:
    """An address that names nobody falls back to user 1 and says so."""
    app.query_params["user"] = "nobody"
    app.run()
    assert not app.exception
    assert "no active user" in app.warning[0].value


def test_the_selected_user_may_be_renamed_or_deleted(app: AppTest, workspace: Workspace) -> None:
    """A selected user who is no longer there under that name is replaced by user 1, and no page fails."""
    ada = workspace.users.create("Ada")
    app.run()
    app.selectbox(key="user").select("Ada").run()
    workspace.users.change(ada.id, username="Countess")
    app.run()
    assert not app.exception
    assert app.selectbox(key="user").value == "default"
