"""The Home page."""

import dataclasses
import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.home.attention import TEXTS
from dashboard.views.home.changes import filters_of
from dashboard.views.home.current_model import HEADLINE_SUITES
from hwr_core.app import Matter
from hwr_core.app.workspace import Workspace
from hwr_core.recognition.types import Verdict
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, png
from tests.own_history import live_through


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Home."""
    return app.switch_page("app_pages/home.py")


def test_an_empty_history_begins_with_what_to_do(page: AppTest) -> None:
    """No figures without predictions, but the way to the first one; the model is told all the same."""
    page.run()
    assert not page.exception
    assert "No predictions yet" in page.info[0].value
    assert "Everything is working." in page.markdown[0].value
    assert [metric.label for metric in page.metric] == [*HEADLINE_SUITES.values()]


def test_an_example_history_is_loaded_and_removed_by_one_click_each(page: AppTest, workspace: Workspace) -> None:
    """The page has figures at once, and says whose they are."""
    page.run()
    page.button(key="home_load_examples").click().run()
    assert not page.exception
    assert not page.info
    assert any("example history: Example Ada, Example Bela, Example Cleo" in each.value for each in page.markdown)
    page.button(key="home_remove_examples").click().run()
    assert "No predictions yet" in page.info[0].value
    assert workspace.history.count() == 0


def test_figures_stand_beside_the_usual(page: AppTest, workspace: Workspace) -> None:
    """After a month of predictions today's are compared with the days before."""
    live_through(workspace.settings, predictions=90)
    page.run()
    assert not page.exception
    read, doubtful, right = page.metric[:3]
    today = workspace.overview().today
    assert read.value == f"{today.today.predictions:,}"
    assert today.usual is not None
    assert read.delta == f"{today.today.by_now - round(today.usual):+,}"
    assert doubtful.label == "Unsure or rejected today"
    assert right.value.endswith("%")


def test_unsure_predictions_lead_to_review(page: AppTest, workspace: Workspace) -> None:
    """One prediction is told in the singular, two in the plural."""
    for words in ("One unsure prediction", "2 unsure predictions"):
        prediction = dataclasses.replace(workspace.read(png(drawing(3))), verdict=Verdict.UNSURE)
        workspace.keep(prediction, source=Source.DRAWING)
        page.run()
        assert not page.exception
        assert any(words in each.value for each in page.markdown)


def test_every_matter_has_its_words() -> None:
    """Whatever the overview may tell, the page has words and a way for it."""
    assert set(TEXTS) == set(Matter)


def test_a_damaged_model_is_told_in_words(page: AppTest, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not work stands on top, and the page still opens."""
    monkeypatch.setattr(workspace.model, "problem", "The new version cannot be read.")
    page.run()
    assert not page.exception
    assert "cannot be read" in page.error[0].value


@pytest.fixture
def fallen(data_dir: Path, example_history: Path) -> None:
    """Fill the history before it is opened: accuracy has fallen in it."""
    shutil.copytree(example_history, data_dir)


@pytest.mark.usefixtures("fallen")
def test_a_fall_in_accuracy_is_told_with_its_cause_and_leads_to_its_images(page: AppTest, workspace: Workspace) -> None:
    """In a sentence that a click turns into the images."""
    page.run()
    assert not page.exception
    [told] = [each.value for each in page.markdown if "Accuracy fell" in each.value]
    assert told.endswith("in the last 7 days. Mostly Example Bela, by upload, 7 read as 1.")
    [change] = workspace.overview().changes
    assert filters_of(change) == {
        "period": "7 days",
        "outcome": "Wrong",
        "of": "Example Bela",
        "source": "Upload",
        "actual": "7",
        "digit": "1",
    }
