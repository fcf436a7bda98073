"""The Review page."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from dashboard.views.review import session as review_sitting
from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.uploads import Uploads
from hwr_core.review.service import Order
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, png
from tests.own_models import copied_models


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests press faster than anybody could look."""
    monkeypatch.setattr(review_sitting, "HASTE", 0.0)


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Review."""
    return app.switch_page("app_pages/review.py")


@pytest.fixture
def keep(workspace: Workspace) -> Callable[..., list[PredictionRecord]]:
    """Read and keep drawings of these digits."""

    def keep(*digits: int) -> list[PredictionRecord]:
        found = [workspace.read_and_keep(png(drawing(digit)), source=Source.DRAWING) for digit in digits]
        return [kept for kept in found if isinstance(kept, PredictionRecord)]

    return keep


def waiting(workspace: Workspace) -> list[int]:
    """The numbers of the predictions that wait, the least sure first."""
    return [each.kept.id for each in workspace.review.page(Order.LEAST_SURE)]


def button(page: AppTest, name: str) -> Button:
    """The button whose key ends so, whichever reading is being looked at."""
    [found] = [each for each in page.button if each.key and each.key.endswith(f"_{name}")]
    return found


def undo(page: AppTest) -> Button:
    """The button that takes the last word back."""
    [found] = [each for each in page.button if each.label == "Undo"]
    return found


def progress(page: AppTest) -> str:
    """How far the person has got."""
    [words] = [each.value for each in page.markdown if "judged today" in each.value]
    return words


def test_an_empty_queue_says_how_it_fills(page: AppTest) -> None:
    """Where nothing waits, the page says what to do and leads there."""
    page.run()
    assert not page.exception
    assert "press Keep" in page.info[0].value


def test_a_prediction_waits_with_what_the_model_made_of_it(page: AppTest, keep: Callable[..., object]) -> None:
    """The image, the answer to agree with and how many wait are there."""
    keep(7)
    page.run()
    assert not page.exception
    assert button(page, "agree").label == "Agree: a 7"
    assert "**0** judged today, **1** left" in progress(page)
    assert len(page.get("image")) == 2


def test_without_its_file_a_prediction_is_judged_by_what_the_model_saw(
    page: AppTest, workspace: Workspace, keep: Callable[..., list[PredictionRecord]]
) -> None:
    """An image file that is gone or cannot be opened any more is no error: the other image is large instead."""
    [kept] = keep(7)
    assert kept.upload
    Uploads(workspace.settings.uploads).path(kept.upload).unlink()
    page.run()
    assert not page.exception
    assert not page.error
    assert len(page.get("image")) == 2
    assert button(page, "agree").label == "Agree: a 7"


def test_agreeing_labels_a_prediction_and_goes_on(
    page: AppTest, workspace: Workspace, keep: Callable[..., object]
) -> None:
    """What the model said becomes the label, and the next prediction stands there."""
    keep(7, 3)
    first, second = waiting(workspace)
    page.run()
    button(page, "agree").click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == kept.prediction.digit
    assert f"**1** judged today, **1** left, number {second}" in progress(page)


@pytest.mark.parametrize(("name", "label"), [("is_0", 0), ("is_4", 4), ("none", None)])
def test_a_prediction_is_called_what_it_is(
    page: AppTest, workspace: Workspace, keep: Callable[..., object], name: str, label: int | None
) -> None:
    """Each digit and no digit has a button of its own."""
    keep(7, 3)
    first = waiting(workspace)[0]
    page.run()
    button(page, name).click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == label


def test_the_label_is_that_of_the_user_chosen(page: AppTest, workspace: Workspace, keep: Callable[..., object]) -> None:
    """Whoever is chosen in the sidebar has said it."""
    ada = workspace.users.create("Ada")
    keep(7)
    page.query_params["user"] = "Ada"
    page.run()
    button(page, "agree").click().run()
    assert [each.user_id for each in workspace.feedback.of_prediction(1)] == [ada.id]


def test_moving_on_and_back_says_nothing(page: AppTest, workspace: Workspace, keep: Callable[..., object]) -> None:
    """Skip and Back change the image and no label."""
    keep(7, 3)
    first, second = waiting(workspace)
    page.run()
    assert button(page, "Back").disabled
    button(page, "Skip").click().run()
    assert f"number {second}" in progress(page)
    button(page, "Back").click().run()
    assert f"number {first}" in progress(page)
    assert workspace.review.suspects() == []
    assert waiting(workspace) == [first, second]


def test_undo_goes_back_to_the_prediction_and_takes_its_label(
    page: AppTest, workspace: Workspace, keep: Callable[..., object]
) -> None:
    """One word after another is taken back, until there is none."""
    keep(7, 3, 0)
    first, second, third = waiting(workspace)
    page.run()
    for _ in range(2):
        button(page, "is_9").click().run()
    undo(page).click().run()
    assert f"**1** judged today, **2** left, number {second}" in progress(page)
    undo(page).click().run()
    assert f"**0** judged today, **3** left, number {first}" in progress(page)
    assert undo(page).disabled
    assert waiting(workspace) == [first, second, third]


def test_undoing_a_change_of_mind_restores_what_was_said_before(
    page: AppTest, workspace: Workspace, keep: Callable[..., object]
) -> None:
    """Who went back and said something else gets the first word again."""
    keep(7, 3)
    first = waiting(workspace)[0]
    page.run()
    button(page, "is_1").click().run()
    button(page, "Back").click().run()
    assert "you said a 1" in progress(page)
    button(page, "is_2").click().run()
    assert "**1** judged today" in progress(page)
    undo(page).click().run()
    kept = workspace.history.get(first)
    assert kept.label
    assert kept.label.digit == 1


def test_a_press_meant_for_another_image_is_no_word(
    page: AppTest, workspace: Workspace, keep: Callable[..., object]
) -> None:
    """A key pressed twice, or before the buttons followed the image, labels nothing."""
    keep(7, 3)
    first, second = waiting(workspace)
    page.run()
    late = button(page, "is_5")
    page.session_state["review_sitting"].move(1)
    late.click().run()
    assert waiting(workspace) == [first, second]


def test_what_cannot_be_labelled_is_told(page: AppTest, workspace: Workspace, keep: Callable[..., object]) -> None:
    """A prediction that is gone meanwhile is an error in words, and the place stays."""
    keep(7)
    page.run()
    workspace.users.erase_history(1)
    button(page, "agree").click().run()
    assert not page.exception
    assert "There is no prediction 1" in page.error[0].value
    assert "**0** judged today" in progress(page)


def test_one_press_undoes_one_word(page: AppTest, workspace: Workspace, keep: Callable[..., object]) -> None:
    """The button of the step before, should the same key reach it too, takes nothing more back."""
    keep(7, 3, 0)
    page.run()
    button(page, "is_1").click().run()
    late = undo(page)
    button(page, "is_2").click().run()
    late.click().run()
    assert "**2** judged today" in progress(page)


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


def test_refused_images_have_a_queue(page: AppTest, workspace: Workspace) -> None:
    """What was taken for no digit can be agreed to, or called a digit."""
    scribble = np.random.default_rng(2).choice([0, 255], (6, 6)).astype(np.uint8).repeat(40, 0).repeat(40, 1)
    workspace.read_and_keep(png(scribble), source=Source.DRAWING)
    page.query_params["order"] = "Rejected"
    page.run()
    assert button(page, "agree").label == "Agree: no digit"
    button(page, "agree").click().run()
    kept = workspace.history.get(1)
    assert kept.label
    assert kept.label.digit is None


def test_without_a_challenger_the_page_says_where_one_comes_from(page: AppTest, keep: Callable[..., object]) -> None:
    """A queue that cannot fill says why."""
    keep(7)
    page.query_params["order"] = "Models differ"
    page.run()
    assert "There is no challenger" in page.info[0].value


def test_a_challenger_that_differs_is_shown_beside_the_answer(
    tmp_path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Both answers stand there, and the person decides."""
    registry = copied_models(tmp_path / "models")
    registry.challenge(worse_copy(registry))
    monkeypatch.setenv("HWR_MODELS_DIR", str(registry.folder))
    page: AppTest = request.getfixturevalue("page")
    request.getfixturevalue("keep")(7)
    page.query_params["order"] = "Models differ"
    page.run()
    assert button(page, "agree").label == "Agree: a 7"
    assert any("Challenger" in each.value and "no digit" in each.value for each in page.markdown)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [2, 1]),
        ({"labelled": "Wrong"}, [2]),
        ({"labelled": "Right"}, [1]),
        ({"actual": "8"}, [2]),
        ({"digit": "7"}, [1]),
    ],
    ids=str,
)
def test_labelled_predictions_are_found(
    page: AppTest, workspace: Workspace, keep: Callable[..., object], asked: dict[str, str], found: list[int]
) -> None:
    """Filters in the address choose among them, and what is not labelled is not there."""
    keep(7, 3, 0)
    workspace.feedback.give(1, actual_digit=7)
    workspace.feedback.give(2, actual_digit=8)
    page.query_params["view"] = "Labelled"
    for name, value in asked.items():
        page.query_params[name] = value
    page.run()
    assert [*page.dataframe[0].value["Number"]] == found


def test_without_labels_the_page_says_where_they_come_from(page: AppTest, keep: Callable[..., object]) -> None:
    """No empty table: a word that leads to the queue."""
    keep(7)
    page.query_params["view"] = "Labelled"
    page.run()
    assert "under Queue" in page.info[0].value
    assert not page.dataframe


def test_likely_label_errors_say_why(page: AppTest, workspace: Workspace, keep: Callable[..., object]) -> None:
    """A clear 3 that was called an 8 stands there with what the model gave each."""
    keep(3, 3)
    workspace.feedback.give(1, actual_digit=3)
    workspace.feedback.give(2, actual_digit=8)
    page.query_params["view"] = "Labelled"
    page.query_params["labelled"] = "Likely label errors"
    page.run()
    table = page.dataframe[0].value
    assert [*table["Number"]] == [2]
    assert table["What the model gave"][0].endswith("to a 3, hardly anything to an 8")


CHANGES = """
from dashboard.views.review.labels import offer_changes
from dashboard.services import workspace

offer_changes([workspace().history.get(number) for number in {numbers}], [])
"""


def test_only_ones_own_word_is_taken_back(workspace: Workspace, keep: Callable[..., object]) -> None:
    """Of predictions selected, the button names those that the person has said something of, and leaves the others."""
    ada = workspace.users.create("Ada").id
    keep(7, 3)
    workspace.feedback.give(1, actual_digit=1)
    workspace.feedback.give(2, user_id=ada, actual_digit=8)
    others = AppTest.from_string(CHANGES.format(numbers=(2,)), default_timeout=30).run()
    assert "labelled_withdraw" not in {button.key for button in others.button}
    both = AppTest.from_string(CHANGES.format(numbers=(1, 2)), default_timeout=30).run()
    assert both.button(key="labelled_withdraw").label == "Take back 1 of yours"
    both.button(key="labelled_withdraw").click().run()
    assert [workspace.history.get(number).label is not None for number in (1, 2)] == [False, True]


def test_a_fresh_sitting_counts_what_was_judged_today(
    page: AppTest, workspace: Workspace, keep: Callable[..., object]
) -> None:
    """A reload begins a sitting anew, but not the day."""
    keep(7, 3)
    workspace.feedback.give(1, actual_digit=7)
    page.run()
    assert "**1** judged today, **1** left" in progress(page)
