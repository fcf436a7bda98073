"""The History page."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import PredictionRecord, Source
from tests.handwriting import drawing, png


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on History."""
    return app.switch_page("app_pages/history.py")


def test_an_empty_history_says_how_to_fill_it(page: AppTest) -> None:
    """Without a row the page says what to press, and shows no empty table."""
    page.run()
    assert not page.exception
    assert "No predictions yet" in page.info[0].value
    assert not page.dataframe


def test_the_newest_prediction_stands_first(page: AppTest, workspace: Workspace) -> None:
    """Each row shows digit, number, source and what the model saw, the newest on top."""
    for digit in (3, 0):
        workspace.read_and_keep(png(drawing(digit)), source=Source.UPLOAD, file_name=f"{digit}.png")
    table = page.run().dataframe[0].value
    assert list(table["File"]) == ["0.png", "3.png"]
    assert table["Read"][0].startswith("0")
    assert table["Input"][0].startswith("data:image/png;base64,")


def test_times_are_told_with_their_zone(page: AppTest, workspace: Workspace) -> None:
    """A reader can tell in which zone the times are."""
    workspace.read_and_keep(png(drawing(3)), source=Source.DRAWING)
    page.run()
    assert "times in UTC" in page.caption[0].value
    assert page.dataframe[0].value["Time"][0].tzinfo is not None


def test_a_busy_store_is_told_with_a_way_to_try_again(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, hold_database: Callable[[], None]
) -> None:
    """A history held by another program is one panel in words, and a button."""
    monkeypatch.setenv("HWR_STORE_BUSY_TIMEOUT", "0.1")
    page: AppTest = request.getfixturevalue("page")
    hold_database()
    page.run()
    assert not page.exception
    assert "The history is held by" in page.error[0].value
    assert page.button[0].label == "Try again"


def test_pages_go_older_and_newer(page: AppTest, workspace: Workspace) -> None:
    """Fifty rows at a time, back and forth, and none twice."""
    prediction = workspace.read(png(drawing(3)))
    for _ in range(60):
        workspace.keep(prediction, source=Source.DRAWING)
    newest = [*page.run().dataframe[0].value["ID"]]
    oldest = [*page.button(key="history_older").click().run().dataframe[0].value["ID"]]
    assert (newest + oldest) == list(range(60, 0, -1))
    assert page.button(key="history_older").disabled
    assert [*page.button(key="history_newer").click().run().dataframe[0].value["ID"]] == newest


def test_a_filter_in_the_address_narrows_the_page(page: AppTest, workspace: Workspace) -> None:
    """Only what the filter chooses is shown and counted."""
    for digit in (3, 0, 3):
        workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING)
    page.query_params["digit"] = "3"
    page.run()
    assert [*page.dataframe[0].value["ID"]] == [3, 1]
    assert "1–2 of 2" in page.caption[0].value


def test_an_address_may_ask_for_one_prediction(page: AppTest, workspace: Workspace) -> None:
    """A link to a prediction shows it in full, above the table; a selected row takes its place."""
    for digit in (3, 0):
        workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING)
    first = workspace.history.page().predictions[-1].id
    page.query_params["prediction"] = str(first)
    page.run()
    assert not page.exception
    assert [each.value for each in page.subheader] == [f"Prediction {first}"]


@pytest.mark.parametrize("number", ["99", "seven", "9" * 5000])
def test_an_address_that_asks_for_no_prediction_is_told_so(page: AppTest, workspace: Workspace, number: str) -> None:
    """A number that nobody has says so in words; the table is there all the same."""
    workspace.read_and_keep(png(drawing(3)), source=Source.DRAWING)
    page.query_params["prediction"] = number
    page.run()
    assert not page.exception
    assert "There is no prediction" in page.error[0].value
    assert len(page.dataframe) == 1


def test_a_filter_in_an_old_address_still_holds(page: AppTest, workspace: Workspace) -> None:
    """Links of the last version have other words for some filters."""
    for digit in (3, 0):
        workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING)
    workspace.feedback.give(1, actual_digit=None)
    page.query_params["judged"] = "Wrong"
    page.query_params["actual"] = "No digit"
    page.run()
    assert not page.exception
    assert [*page.dataframe[0].value["ID"]] == [1]
    assert (page.selectbox(key="outcome").value, page.selectbox(key="actual").value) == ("Wrong", "Not a digit")


def test_an_old_link_to_a_prediction_still_leads_to_it(page: AppTest, workspace: Workspace) -> None:
    """The last version named it by another parameter."""
    workspace.read_and_keep(png(drawing(3)), source=Source.DRAWING)
    page.query_params["reading"] = "1"
    page.run()
    assert [each.value for each in page.subheader] == ["Prediction 1"]


def test_a_prediction_says_where_it_comes_from(page: AppTest, workspace: Workspace) -> None:
    """Whose it is, when and how it came in, from which file, and which model read it; the name leads to more of it."""
    ada = workspace.users.create("Ada (lab) & co")
    kept = workspace.read_and_keep(png(drawing(3)), source=Source.UPLOAD, file_name="scan [1].png", user_id=ada.id)
    page.query_params["prediction"] = "1"
    page.run()
    assert not page.exception
    [facts] = [each.value for each in page.caption if each.value.startswith("Time: ")]
    assert "Source: Upload" in facts
    assert r"File: scan \[1\].png" in facts
    assert f"Model: {workspace.served_model().name}" in facts.replace("\\", "")
    assert isinstance(kept, PredictionRecord)
    assert f"{kept.timestamp:%H:%M:%S}" in facts.replace("\\", "")
    workspace.read_and_keep(png(drawing(7)), source=Source.UPLOAD)
    page.button(key="detail_1_user").click().run()
    assert not page.exception
    assert list(page.dataframe[0].value["ID"]) == [kept.id]


def test_a_removed_user_is_named_by_id(page: AppTest, workspace: Workspace) -> None:
    """An anonymised user has no name to lead anywhere, and the page still opens."""
    ada = workspace.users.create("Ada")
    workspace.read_and_keep(png(drawing(3)), source=Source.UPLOAD, user_id=ada.id)
    workspace.users.anonymise(ada.id)
    page.query_params["prediction"] = "1"
    page.run()
    assert not page.exception
    assert "Ada" not in [each.label for each in page.button]


def test_a_label_is_removed_by_its_button(page: AppTest, workspace: Workspace) -> None:
    """Remove label listens once there is one, by the key U, and leaves none."""
    workspace.read_and_keep(png(drawing(3)), source=Source.UPLOAD)
    page.query_params["prediction"] = "1"
    page.run()
    remove = page.button(key="detail_1_remove")
    assert (remove.disabled, remove.proto.shortcut) == (True, "u")
    page.button(key="detail_1_is_8").click().run()
    page.button(key="detail_1_remove").click().run()
    assert not page.exception
    assert workspace.history.get(1).label is None


def test_the_table_shows_uploads_beside_what_the_model_saw(page: AppTest, workspace: Workspace) -> None:
    """As long as they are kept; a prediction without one has what the model saw alone."""
    image = png(drawing(3))
    workspace.keep(workspace.read(image), source=Source.UPLOAD, image=image)
    workspace.keep(workspace.read(image), source=Source.UPLOAD)
    table = page.run().dataframe[0].value
    assert not page.exception
    without, with_upload = table.to_dict("records")
    assert with_upload["Image"].startswith("data:image/png")
    assert not isinstance(without["Image"], str)
    assert without["Input"].startswith("data:image/png")
