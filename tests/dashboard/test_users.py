"""The People page and the switch that every page has."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from hwr_core.app.workspace import Workspace
from hwr_core.records.users import User
from tests.handwriting import drawing, png


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on People."""
    return app.switch_page("app_pages/users.py")


def test_somebody_is_added(page: AppTest, workspace: Workspace) -> None:
    """A name is enough; the new person stands in the table and in the switch."""
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


def test_what_is_kept_is_the_chosen_users(app: AppTest, paper: list[bytes | None], workspace: Workspace) -> None:
    """After switching, Keep and Right are of the person chosen."""
    ada = workspace.users.create("Ada")
    paper.append(png(drawing(3)))
    app.run()
    app.selectbox(key="user").select("Ada").run()
    app.button(key="draw_judge_right").click().run()
    [kept] = workspace.history.page().predictions
    assert (kept.user_id, kept.label and kept.label.digit) == (ada.id, 3)
    assert [said.user_id for said in workspace.feedback.of_prediction(kept.id)] == [ada.id]


def test_a_wrong_prediction_is_put_right_in_a_click(
    app: AppTest, paper: list[bytes | None], workspace: Workspace
) -> None:
    """A digit under Wrong keeps the reading and says what it really is; the drawing's file is kept too."""
    paper.append(png(drawing(3)))
    app.run()
    app.button(key="draw_judge_is_8").click().run()
    [kept] = workspace.history.page().predictions
    assert kept.label is not None
    assert (kept.label.digit, kept.is_right) == (8, False)
    assert workspace.history.upload(kept.id) == paper[-1]


def chosen(page: AppTest) -> Selectbox[User]:
    """The choice of the person to be changed."""
    [found] = [each for each in page.selectbox if (each.key or "").startswith("users_chosen_")]
    return found


def test_a_renamed_user_stays_chosen(page: AppTest, workspace: Workspace) -> None:
    """Under the new name, so that what is done next is done with the same person."""
    ada = workspace.users.create("Ada")
    page.run()
    chosen(page).select(ada).run()
    page.text_input(key=f"users_name_{ada.id}").input("Countess")
    next(button for button in page.button if button.label == "Save").click().run()
    assert not page.exception
    assert chosen(page).value == workspace.users.get(ada.id)
    assert workspace.users.get(ada.id).username == "Countess"


def test_nobody_of_that_name_is_told(app: AppTest) -> None:
    """An address that names nobody falls back to user 1 and says so."""
    app.query_params["user"] = "nobody"
    app.run()
    assert not app.exception
    assert "no active person" in app.warning[0].value


def test_the_chosen_user_may_be_renamed_or_go(app: AppTest, workspace: Workspace) -> None:
    """Whoever was chosen and is there no more under that name is replaced by user 1, and no page fails."""
    ada = workspace.users.create("Ada")
    app.run()
    app.selectbox(key="user").select("Ada").run()
    workspace.users.change(ada.id, username="Countess")
    app.run()
    assert not app.exception
    assert app.selectbox(key="user").value == "default"
