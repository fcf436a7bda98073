"""The Settings page."""

import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.app.workspace import Workspace
from hwr_core.records.keys import Keys
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, png


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Settings."""
    return app.switch_page("app_pages/settings.py")


def test_every_setting_is_told_with_its_value(page: AppTest, workspace: Workspace) -> None:
    """All fields of Settings, the changed ones first; a folder is told by its name alone."""
    table = page.run().dataframe[0].value
    assert not page.exception
    assert set(table["Setting"]) == {f"HWR_{name.upper()}" for name in type(workspace.settings).model_fields}
    assert list(table["Changed"]) == sorted(table["Changed"], reverse=True)
    values = dict(zip(table["Setting"], table["Value"], strict=True))
    assert values["HWR_DATA_DIR"] == ".../data"
    assert values["HWR_KEEP_PREDICTIONS_DAYS"] == "not set"


def test_nothing_expired_is_told(page: AppTest) -> None:
    """A look on a fresh installation finds nothing and offers nothing to delete."""
    page.run()
    page.button(key="settings_check").click().run()
    assert "Nothing has expired" in page.success[0].value
    assert "settings_prune" not in {button.key for button in page.button}


def test_expired_data_is_deleted_when_confirmed(page: AppTest, workspace: Workspace) -> None:
    """First the count, and only at the second button the image file."""
    image = png(drawing(3))
    kept = workspace.keep(workspace.read(image), source=Source.UPLOAD, image=image)
    with workspace.store.writing() as cursor:
        cursor.execute("update predictions set created_at = created_at - interval 31 day")
    page.run()
    page.button(key="settings_check").click().run()
    assert any("0 predictions and 1 upload (" in each.value for each in page.markdown)
    assert workspace.history.get(kept.id).upload is not None
    page.button(key="settings_prune").click().run()
    assert not page.exception
    assert workspace.history.get(kept.id).upload is None
    assert workspace.storage().uploads == 0


def choose_keys(page: AppTest, **keys: str) -> AppTest:
    """Choose keys by the names of what they do, and save them."""
    for act, key in keys.items():
        next(each for each in page.selectbox if (each.key or "").endswith(f"_{act}")).set_value(key)
    next(each for each in page.button if each.label == "Save keys").click().run()
    return page


def test_a_user_chooses_their_own_keys(page: AppTest, workspace: Workspace) -> None:
    """They stand on the buttons of the pages; another user keeps the usual ones."""
    ada = workspace.users.create("Ada")
    workspace.read_and_keep(png(drawing(3)), source=Source.DRAWING)
    choose_keys(page.run(), agree="A", undo="Enter")
    assert not page.exception
    assert workspace.users.get(1).keys == Keys(agree="A", undo="Enter")
    assert workspace.users.get(ada.id).keys == Keys()
    review = page.switch_page("app_pages/review.py").run()
    shortcuts = {button.label.split(":")[0]: button.proto.shortcut for button in review.button}
    assert (shortcuts["Agree"], shortcuts["Undo"]) == ("a", "enter")
    assert any("**A** agree" in caption.value and "**Enter** undo" in caption.value for caption in review.caption)
    page.switch_page("app_pages/settings.py").run()
    next(each for each in page.button if each.label == "Usual keys").click().run()
    assert workspace.users.get(1).keys == Keys()


def test_one_key_for_two_things_is_refused_in_words(page: AppTest, workspace: Workspace) -> None:
    """Nothing is saved, and the page names both."""
    choose_keys(page.run(), agree="N")
    assert page.error[0].value == "N is the key of 'Agree' and of 'Not a digit'; each needs its own."
    assert workspace.users.get(1).keys == Keys()
