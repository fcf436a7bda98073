"""The pages where people have to sign in: whose they are, and what each role is shown."""

from collections.abc import Callable

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import navigation, services
from hwr_core.app import status
from hwr_core.app.workspace import Workspace
from hwr_core.auth.secrets import KEY_PREFIX
from hwr_core.records.predictions import Source
from hwr_core.records.roles import Role
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, png

PASSWORD = "a fair few plain words"  # noqa: S105  of people who live as long as a test


@pytest.fixture
def as_(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Callable[[Role], int]:
    """Sign in as a user with a role, whose browser holds the cookie; return the user's id."""

    def sign_in(role: Role) -> int:
        user_id = workspace.users.create(role).id
        workspace.access.set_password(user_id, PASSWORD)
        workspace.access.set_role(user_id, role)
        token = workspace.access.sign_in(role, PASSWORD, address="here").token
        monkeypatch.setattr(services, "session_cookie", lambda: token)
        return user_id

    return sign_in


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch, data_dir: object) -> None:
    """Let everybody sign in; set before the workspace is opened. A page under test has no browser to ask."""
    monkeypatch.setenv("HWR_AUTH", "required")
    monkeypatch.setattr(services, "client_address", lambda: "here")


@pytest.fixture
def workspace(_required: None, workspace: Workspace) -> Workspace:
    """The workspace, opened after people were made to sign in."""
    assert workspace.access.required
    return workspace


def test_without_a_session_there_is_nothing_but_the_way_in(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, workspace: Workspace
) -> None:
    """A page whose session has ended says so and shows nothing else."""
    monkeypatch.setattr(services, "session_cookie", lambda: "made up")
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == ["You are not signed in, or your session has ended."]
    assert not app.title


SEEN_BY_ANALYSTS = {
    "Home",
    "Draw",
    "Upload",
    "Forms",
    "Numbers",
    "History",
    "Analytics",
    "Data",
    "Review",
    "Training",
    "Models",
    "Experiments",
    "Account",
}


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.VIEWER, {"Draw", "Upload", "Forms", "History", "Numbers", "Analytics", "Account"}),
        (Role.ANALYST, SEEN_BY_ANALYSTS),
        (Role.ADMIN, SEEN_BY_ANALYSTS | {"Users", "Settings"}),
    ],
)
def test_each_role_sees_the_pages_it_may_use(
    app: AppTest, as_: Callable[[Role], int], monkeypatch: pytest.MonkeyPatch, role: Role, titles: set[str]
) -> None:
    """What the role may not do has no page."""
    as_(role)
    app.run()
    assert not app.exception
    assert f"**{role}**, {role}" in [markdown.value for markdown in app.sidebar.markdown]
    monkeypatch.setattr(st, "Page", lambda *_, title, **__: title)  # which is none outside a page's run
    assert {title for group in navigation.pages().values() for title in group} == titles


def test_what_is_saved_is_the_visitors(
    app: AppTest, as_: Callable[[Role], int], paper: list[bytes | None], workspace: Workspace
) -> None:
    """There is no switch: predictions and labels are those of whoever is signed in."""
    viewer = as_(Role.VIEWER)
    paper.append(png(drawing(3)))
    app.query_params["user"] = "default"
    app.run()
    app.button(key="draw_label_agree").click().run()
    assert "user" not in {each.key for each in app.selectbox}
    [kept] = workspace.history.page().predictions
    assert (kept.user_id, kept.label and kept.label.digit) == (viewer, 3)


@pytest.mark.parametrize("address", ["app_pages/history.py", "app_pages/analytics.py"])
def test_a_viewer_looks_back_at_their_own(
    app: AppTest, as_: Callable[[Role], int], workspace: Workspace, address: str
) -> None:
    """Others' predictions are neither shown nor counted, also right after an analyst has asked the same."""
    workspace.read_and_keep(png(drawing(7)), source=Source.DRAWING)
    as_(Role.ANALYST)
    entry = PROJECT / "dashboard" / "streamlit_app.py"
    shown = AppTest.from_file(entry, default_timeout=30).switch_page(address).run()
    assert not shown.info
    as_(Role.VIEWER)
    page = app.switch_page(address).run()
    assert not page.exception
    assert page.info[0].value.startswith(("No predictions yet", "No predictions match"))


@pytest.mark.parametrize("address", ["home", "data", "review"])
def test_an_analyst_sees_how_everything_stands(
    app: AppTest, as_: Callable[[Role], int], monkeypatch: pytest.MonkeyPatch, workspace: Workspace, address: str
) -> None:
    """Home, Data and Review open for who may see all, also where a concern would lead to a page they have not."""
    workspace.read_and_keep(png(drawing(7)), source=Source.DRAWING)
    monkeypatch.setattr(status, "LEAST_FREE", 2**60)
    as_(Role.ANALYST)
    page = app.switch_page(f"app_pages/{address}.py").run()
    assert not page.exception
    assert not page.error


def test_an_analyst_looks_at_trainings_and_starts_none(app: AppTest, as_: Callable[[Role], int]) -> None:
    """The Training and the Models page show what there is, without a button that changes anything."""
    as_(Role.ANALYST)
    training = app.switch_page("app_pages/training.py").run()
    assert not training.exception
    assert [group.options for group in training.segmented_control] == [["Jobs"]]
    models = app.switch_page("app_pages/models.py").run()
    assert not models.exception
    assert not [button.label for button in models.button if button.label in ("Promote", "Roll back", "Evaluate")]


def test_an_admin_lets_users_in(app: AppTest, as_: Callable[[Role], int], workspace: Workspace) -> None:
    """The Users page gives a user a password and a role."""
    as_(Role.ADMIN)
    ada = workspace.users.create("Ada")
    page = app.switch_page("app_pages/users.py").run()
    [user] = [each for each in page.selectbox if (each.key or "").startswith("access_user_")]
    user.select(ada).run()
    page.selectbox(key=f"access_role_{ada.id}").select(Role.ANALYST)
    page.text_input(key=f"access_password_{ada.id}").input(PASSWORD)
    next(button for button in page.button if button.label == "Save" and button.form_id == "access_form").click().run()
    assert not page.exception
    assert workspace.access.sign_in("Ada", PASSWORD, address="here").caller.role is Role.ANALYST


def test_the_table_of_users_tells_their_roles(app: AppTest, as_: Callable[[Role], int]) -> None:
    """User 1, who cannot sign in, has none."""
    as_(Role.ADMIN)
    page = app.switch_page("app_pages/users.py").run()
    assert page.dataframe[0].value["Role"].to_list() == ["", "Admin"]


def test_the_last_admin_cannot_be_switched_off(app: AppTest, as_: Callable[[Role], int]) -> None:
    """Not by themselves either: the page says so."""
    admin = as_(Role.ADMIN)
    page = app.switch_page("app_pages/users.py").run()
    [chosen] = [each for each in page.selectbox if (each.key or "").startswith("users_selected_")]
    chosen.select_index(1).run()
    page.button(key="users_switch").click().run()
    assert not page.exception
    assert f"User {admin} is the last active admin" in page.error[0].value


def test_a_key_is_made_and_shown_once(app: AppTest, as_: Callable[[Role], int], workspace: Workspace) -> None:
    """The Account page makes a key for programs, and revokes it."""
    viewer = as_(Role.VIEWER)
    page = app.switch_page("app_pages/account.py").run()
    page.text_input(key="account_key_name").input("scanner")
    next(button for button in page.button if button.label == "Create key").click().run()
    [shown] = [code.value for code in page.code if code.value.startswith(KEY_PREFIX)]
    assert workspace.access.by_key(shown).user_id == viewer
    page.run()
    assert not page.code
    page.button(key="account_revoke").click().run()
    assert workspace.access.keys(viewer)[0].revoked_at is not None


def test_ones_own_password_is_changed(app: AppTest, as_: Callable[[Role], int], workspace: Workspace) -> None:
    """The old one is asked for; afterwards everybody with the old one is out, this page too."""
    as_(Role.VIEWER)
    page = app.switch_page("app_pages/account.py").run()
    for key, words in (("account_old", "wrong words"), ("account_new", "quite other words"), ("account_again", "x")):
        page.text_input(key=key).input(words)
    change = next(button for button in page.button if button.label == "Change password")
    change.click().run()
    assert page.error[0].value == "The new passwords do not match."
    for key, words in (("account_old", PASSWORD), ("account_new", "quite other words")):
        page.text_input(key=key).input(words)
    page.text_input(key="account_again").input("quite other words")
    next(button for button in page.button if button.label == "Change password").click().run()
    assert not page.exception
    assert "Sign in again" in page.success[0].value
    assert workspace.access.sign_in("viewer", "quite other words", address="here").caller.role is Role.VIEWER
