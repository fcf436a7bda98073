"""The Analytics page: empty, small, and filtered."""

import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, png

VIEWS = ("Over time", "Accuracy", "Confidence", "Mistakes", "Speed")


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Analytics."""
    return app.switch_page("app_pages/analytics.py")


@pytest.fixture
def kept(workspace: Workspace) -> list[int]:
    """A 7 and a 3 that were kept."""
    predictions = [workspace.read(png(drawing(digit))) for digit in (7, 3)]
    return [workspace.keep(prediction, source=Source.DRAWING).id for prediction in predictions]


def metrics(page: AppTest) -> dict[str, str]:
    """The figures at the top."""
    return {metric.label: metric.value for metric in page.metric}


def test_an_empty_history_says_how_to_fill_it(page: AppTest) -> None:
    """Without a prediction there is no chart, and a word about what to do."""
    page.run()
    assert not page.exception
    assert "No predictions yet" in page.info[0].value
    assert metrics(page)["Accuracy"] == "No labels yet"


@pytest.mark.parametrize("view", VIEWS)
def test_without_feedback_nothing_is_called_zero_per_cent(page: AppTest, kept: list[int], view: str) -> None:
    """Every view works while nobody has said anything, and none shows an accuracy."""
    page.query_params["view"] = view
    page.run()
    assert not page.exception
    assert metrics(page)["Predictions"] == "2"
    assert metrics(page)["Accuracy"] == "No labels yet"


@pytest.mark.parametrize("view", VIEWS)
def test_feedback_shows_in_every_view(page: AppTest, kept: list[int], workspace: Workspace, view: str) -> None:
    """With one right and one wrong the accuracy is a half, with the number it rests on, and each view has its chart."""
    for number, actual in zip(kept, (7, 8), strict=True):
        workspace.feedback.give(number, actual_digit=actual)
    page.query_params["view"] = view
    page.run()
    assert not page.exception
    assert metrics(page)["Correct, of 2"] == "50.0%"
    assert page.get("plotly_chart")
    if view == "Mistakes":
        assert any("Read as a 3, labelled an 8" in text.value for text in page.markdown)
        assert "#2" in {link.proto.label for link in page.get("page_link")}


def test_filters_of_a_shared_address_hold(page: AppTest, kept: list[int]) -> None:
    """An address with filters opens the same view for whoever gets it."""
    page.query_params["digit"] = "7"
    page.run()
    assert metrics(page)["Predictions"] == "1"
