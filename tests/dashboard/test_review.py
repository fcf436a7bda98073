"""The Review page."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from dashboard.components.labelling import session as labelling_session
from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.uploads import place_of
from hwr_core.review.service import Order
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests press faster than a user could look."""
    monkeypatch.setattr(labelling_session, "TOO_SOON", 0.0)


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Review."""
    return app.switch_page("app_pages/review.py")


@pytest.fixture
def save(workspace: Workspace) -> Callable[..., list[PredictionRecord]]:
    """Read and store drawings of these digits."""

    def save(*digits: int) -> list[PredictionRecord]:
        found = [workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING) for digit in digits]
        return [kept for kept in found if isinstance(kept, PredictionRecord)]

    return save


def waiting(workspace: Workspace) -> list[int]:
    """The ids of the predictions that wait, least confident first."""
    return [each.kept.id for each in workspace.review.page(Order.LEAST_SURE)]


def button(page: AppTest, name: str) -> Button:
    """The button whose key ends so, whichever prediction is the current one."""
    [found] = [each for each in page.button if each.key and each.key.endswith(f"_{name}")]
    return found


def undo(page: AppTest) -> Button:
    """The button that undoes the last label."""
    [found] = [each for each in page.button if each.label == "Undo"]
    return found


def progress(page: AppTest) -> str:
    """How far the user has got."""
    [words] = [each.value for each in page.markdown if "labelled today" in each.value]
    return words


def test_an_empty_queue_says_how_it_fills(page: AppTest) -> None:
    """Where nothing waits, the page says what to do and leads there."""
    page.run()
    assert not page.exception
    assert "nobody has labelled" in page.info[0].value


def test_a_prediction_waits_with_what_the_model_made_of_it(page: AppTest, save: Callable[..., object]) -> None:
    """The image, the answer to agree with and how many wait are there."""
    save(7)
    page.run()
    assert not page.exception
    assert button(page, "agree").label == "Agree: a 7"
    assert "**0** labelled today, **1** left" in progress(page)
    assert len(page.get("image")) == 2


def test_without_its_file_a_prediction_is_labelled_by_what_the_model_saw(
    page: AppTest, workspace: Workspace, save: Callable[..., list[PredictionRecord]]
) -> None:
    """An image file that is gone or cannot be opened any more is no error: the other image is large instead."""
    [kept] = save(7)
    assert kept.upload
    (workspace.settings.uploads / place_of(kept.upload)).unlink()
    page.run()
    assert not page.exception
    assert not page.error
    assert len(page.get("image")) == 1
    assert button(page, "agree").label == "Agree: a 7"


def test_agreeing_labels_a_prediction_and_goes_on(
    page: AppTest, workspace: Workspace, save: Callable[..., object]
) -> None:
    """What the model read becomes the label, and the next prediction stands there."""
    save(7, 3)
    first, second = waiting(workspace)
    page.run()
    button(page, "agree").click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == kept.prediction.digit
    assert f"**1** labelled today, **1** left, prediction {second}" in progress(page)


@pytest.mark.parametrize(("name", "label"), [("is_0", 0), ("is_4", 4), ("is_none", None)])
def test_a_prediction_is_labelled(
    page: AppTest, workspace: Workspace, save: Callable[..., object], name: str, label: int | None
) -> None:
    """Each digit, and not a digit, has a button of its own."""
    save(7, 3)
    first = waiting(workspace)[0]
    page.run()
    button(page, name).click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == label


def test_the_label_is_the_selected_users(page: AppTest, workspace: Workspace, save: Callable[..., object]) -> None:
    """Whoever is selected in the sidebar has given it."""
    ada = workspace.users.create("Ada")
    save(7)
    page.query_params["user"] = "Ada"
    page.run()
    button(page, "agree").click().run()
    assert [each.user_id for each in workspace.feedback.of_prediction(1)] == [ada.id]


def test_moving_on_and_back_labels_nothing(page: AppTest, workspace: Workspace, save: Callable[..., object]) -> None:
    """Skip and Back change the image and no label."""
    save(7, 3)
    first, second = waiting(workspace)
    page.run()
    assert button(page, "Back").disabled
    button(page, "Skip").click().run()
    assert f"prediction {second}" in progress(page)
    button(page, "Back").click().run()
    assert f"prediction {first}" in progress(page)
    assert workspace.review.suspects() == []
    assert waiting(workspace) == [first, second]


def test_undo_goes_back_to_the_prediction_and_takes_its_label(
    page: AppTest, workspace: Workspace, save: Callable[..., object]
) -> None:
    """One label after another is undone, until there is none."""
    save(7, 3, 0)
    first, second, third = waiting(workspace)
    page.run()
    for _ in range(2):
        button(page, "is_9").click().run()
    undo(page).click().run()
    assert f"**1** labelled today, **2** left, prediction {second}" in progress(page)
    undo(page).click().run()
    assert f"**0** labelled today, **3** left, prediction {first}" in progress(page)
    assert undo(page).disabled
    assert waiting(workspace) == [first, second, third]


def test_undoing_a_relabelling_restores_the_label_before(
    page: AppTest, workspace: Workspace, save: Callable[..., object]
) -> None:
    """Who went back and relabelled gets the first label again."""
    save(7, 3)
    first = waiting(workspace)[0]
    page.run()
    button(page, "is_1").click().run()
    button(page, "Back").click().run()
    assert "(labelled a 1)" in progress(page)
    button(page, "is_2").click().run()
    assert "**1** labelled today" in progress(page)
    undo(page).click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == 1


def test_a_press_meant_for_another_image_labels_nothing(
    page: AppTest, workspace: Workspace, save: Callable[..., object]
) -> None:
    """A key pressed twice, or before the buttons followed the image, labels nothing."""
    save(7, 3)
    first, second = waiting(workspace)
    page.run()
    late = button(page, "is_5")
    page.session_state["review_session"].move(1)
    late.click().run()
    assert waiting(workspace) == [first, second]


def test_what_cannot_be_labelled_is_told(page: AppTest, workspace: Workspace, save: Callable[..., object]) -> None:
    """A prediction that is gone meanwhile is an error in words, and the place stays."""
    save(7)
    page.run()
    workspace.users.erase_history(1)
    button(page, "agree").click().run()
    assert not page.exception
    assert "There is no prediction 1" in page.error[0].value
    assert "**0** labelled today" in progress(page)


def test_one_press_undoes_one_label(page: AppTest, workspace: Workspace, save: Callable[..., object]) -> None:
    """The button of the step before, should the same key reach it too, undoes nothing more."""
    save(7, 3, 0)
    page.run()
    button(page, "is_1").click().run()
    late = undo(page)
    button(page, "is_2").click().run()
    late.click().run()
    assert "**2** labelled today" in progress(page)


def test_a_history_held_elsewhere_is_told(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, hold_database: Callable[[], None]
) -> None:
    """A page that cannot read the history says so in words, with a way to try again."""
    monkeypatch.setenv("HWR_STORE_BUSY_TIMEOUT", "0.1")
    page: AppTest = request.getfixturevalue("page")
    hold_database()
    page.run()
    assert not page.exception
    assert "The history is held by" in page.error[0].value
    assert "Try again" in [each.label for each in page.button]


def test_rejected_images_have_a_queue(page: AppTest, workspace: Workspace) -> None:
    """A rejection can be agreed to, or the image labelled as a digit."""
    scribble = np.random.default_rng(2).choice([0, 255], (6, 6)).astype(np.uint8).repeat(40, 0).repeat(40, 1)
    workspace.read_and_keep(png(scribble), source=Source.DRAWING)
    page.query_params["order"] = "Rejected"
    page.run()
    assert button(page, "agree").label == "Agree: not a digit"
    button(page, "agree").click().run()
    kept = workspace.history.get(1)
    assert kept.label
    assert kept.label.digit is None


def test_without_a_challenger_the_page_says_where_one_comes_from(page: AppTest, save: Callable[..., object]) -> None:
    """A queue that cannot fill says why."""
    save(7)
    page.query_params["order"] = "Models disagree"
    page.run()
    assert "There is no challenger" in page.info[0].value


def test_a_challenger_that_differs_is_shown_beside_the_answer(
    tmp_path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Both answers stand there, and the user decides."""
    registry = copied_models(tmp_path / "models")
    registry.challenge(worse_copy(registry))
    monkeypatch.setenv("HWR_MODELS_DIR", str(registry.folder))
    page: AppTest = request.getfixturevalue("page")
    request.getfixturevalue("save")(7)
    page.query_params["order"] = "Models disagree"
    page.run()
    assert button(page, "agree").label == "Agree: a 7"
    assert any("Challenger" in each.value and "not a digit" in each.value for each in page.markdown)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [2, 1]),
        ({"labelled": "Wrong"}, [2]),
        ({"labelled": "Correct"}, [1]),
        ({"actual": "8"}, [2]),
        ({"digit": "7"}, [1]),
    ],
    ids=str,
)
def test_labelled_predictions_are_found(
    page: AppTest, workspace: Workspace, save: Callable[..., object], asked: dict[str, str], found: list[int]
) -> None:
    """Filters in the address choose among them, and what is not labelled is not there."""
    save(7, 3, 0)
    workspace.feedback.give(1, actual_digit=7)
    workspace.feedback.give(2, actual_digit=8)
    page.query_params["view"] = "Labelled"
    for name, value in asked.items():
        page.query_params[name] = value
    page.run()
    assert [*page.dataframe[0].value["ID"]] == found


def test_without_labels_the_page_says_where_they_come_from(page: AppTest, save: Callable[..., object]) -> None:
    """No empty table: a message that points to the queue."""
    save(7)
    page.query_params["view"] = "Labelled"
    page.run()
    assert "in the queue" in page.info[0].value
    assert not page.dataframe


def test_likely_label_errors_say_why(page: AppTest, workspace: Workspace, save: Callable[..., object]) -> None:
    """A clear 3 labelled as an 8 stands there with the model's probabilities of both."""
    save(3, 3)
    workspace.feedback.give(1, actual_digit=3)
    workspace.feedback.give(2, actual_digit=8)
    page.query_params["view"] = "Labelled"
    page.query_params["labelled"] = "Likely label errors"
    page.run()
    table = page.dataframe[0].value
    assert [*table["ID"]] == [2]
    assert table["Probabilities"][0].endswith("for a 3, under 1% for an 8")


CHANGES = """
from dashboard.views.review.label_changes import show_changes
from dashboard.services import workspace

show_changes([workspace().history.get(number) for number in {numbers}], [])
"""


def test_only_ones_own_label_is_removed(workspace: Workspace, save: Callable[..., object]) -> None:
    """Of the selected predictions, the button removes the user's own labels, and leaves the others."""
    ada = workspace.users.create("Ada").id
    save(7, 3)
    workspace.feedback.give(1, actual_digit=1)
    workspace.feedback.give(2, user_id=ada, actual_digit=8)
    others = AppTest.from_string(CHANGES.format(numbers=(2,)), default_timeout=30).run()
    assert "labelled_remove" not in {button.key for button in others.button}
    both = AppTest.from_string(CHANGES.format(numbers=(1, 2)), default_timeout=30).run()
    assert both.button(key="labelled_remove").label == "Remove your label"
    both.button(key="labelled_remove").click().run()
    assert [workspace.history.get(number).label is not None for number in (1, 2)] == [False, True]


def test_a_new_session_counts_what_was_labelled_today(
    page: AppTest, workspace: Workspace, save: Callable[..., object]
) -> None:
    """A reload starts a new session, but not a new day."""
    save(7, 3)
    workspace.feedback.give(1, actual_digit=7)
    page.run()
    assert "**1** labelled today, **1** left" in progress(page)
