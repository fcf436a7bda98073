"""The Analytics page: empty, small, and filtered."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.filters import parameters_of
from dashboard.components.wording import source_word
from dashboard.views.analytics.rows import in_period
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.split import narrowed
from hwr_core.app.workspace import Workspace
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import PredictionRecord, Source
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


def test_a_filter_and_its_address_say_the_same(page: AppTest, workspace: Workspace) -> None:
    """A click on a chart leads to the history by an address: what that selects is what the chart had counted."""
    ada = workspace.users.create("Ada")
    kept = workspace.read_and_keep(png(drawing(7)), source=Source.UPLOAD, user_id=ada.id)
    workspace.read_and_keep(png(drawing(3)), source=Source.DRAWING)
    assert isinstance(kept, PredictionRecord)
    used = HistoryFilter(
        user_id=ada.id,
        digit=7,
        verdict=Verdict.DIGIT,
        source=Source.UPLOAD,
        labelled=Labelled.NO,
        confidence_from=0.5,
        model_version=kept.prediction.model_version,
        since=kept.timestamp - timedelta(hours=1),
        until=kept.timestamp + timedelta(hours=1),
    )
    history = page.switch_page("app_pages/history.py")
    for name, value in parameters_of(used).items():
        history.query_params[name] = value
    history.run()
    assert not history.exception
    assert list(history.dataframe[0].value["ID"]) == [kept.id]
    assert history.slider(key="confidence").value == (50, 100)
    assert any(each.value.startswith("Only from ") for each in history.markdown)


def test_a_range_in_the_address_can_be_left(page: AppTest, workspace: Workspace) -> None:
    """The page says which range is shown, and one click shows any time again."""
    workspace.read_and_keep(png(drawing(7)), source=Source.UPLOAD)
    history = page.switch_page("app_pages/history.py")
    history.query_params["until"] = "2020-01-01T00:00:00Z"
    history.run()
    assert "Only before 1 January 2020, 00:00" in [each.value for each in history.markdown]
    assert "No predictions match" in history.info[0].value
    history.button(key="leave_range").click().run()
    assert not history.exception
    assert len(history.dataframe[0].value) == 1


@pytest.mark.parametrize("asked", ["yesterday", "", "2026-13-45", "0001-01-01", "9999-12-31T23:59:00Z"])
def test_a_range_that_is_none_is_told(page: AppTest, asked: str) -> None:
    """What the address says wrongly is quoted, with an example of what it may say."""
    history = page.switch_page("app_pages/history.py")
    history.query_params["since"] = asked
    history.run()
    assert not history.exception
    assert "a time such as" in history.error[0].value


def test_a_period_is_a_day_of_the_viewers_clock() -> None:
    """A day on which clocks change has 23 hours, and the ends of what is shown stay its ends."""
    day = in_period(HistoryFilter(), pd.Timestamp("2026-03-29"), Bucket.DAY, "Europe/Berlin")
    assert day.since
    assert day.until
    assert day.until.astimezone(UTC) - day.since.astimezone(UTC) == timedelta(hours=23)
    ends = HistoryFilter(since=datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert in_period(ends, pd.Timestamp("2026-03-29"), Bucket.DAY, "Europe/Berlin").since == ends.since


@pytest.mark.parametrize("by", list(Dimension))
def test_each_kind_of_a_breakdown_selects_what_it_counts(workspace: Workspace, by: Dimension) -> None:
    """Whatever predictions are told apart by, a mark's filter finds as many as the mark shows."""
    ada = workspace.users.create("Ada")
    for digit, user in ((7, 1), (7, ada.id), (3, 1)):
        workspace.read_and_keep(png(drawing(digit)), source=Source.UPLOAD, user_id=user)
    table = workspace.analytics.breakdown(by=by)
    assert len(table)
    for _, row in table.iterrows():
        assert workspace.history.count(narrowed(HistoryFilter(), by, row)) == row["predictions"]


@pytest.mark.parametrize(
    ("view", "split"), [("Over time", "User"), ("Accuracy", "Source"), ("Confidence", "Digit"), ("Speed", "Model")]
)
def test_a_figure_is_split(page: AppTest, workspace: Workspace, view: str, split: str) -> None:
    """An address with `split` opens the view with a line or a colour for each user, source, digit or version."""
    ada = workspace.users.create("Ada & Eve")
    for digit, user in ((7, 1), (7, ada.id), (3, 1)):
        kept = workspace.keep(workspace.read(png(drawing(digit))), source=Source.UPLOAD, user_id=user)
        workspace.feedback.give(kept.id, actual_digit=7)
    page.query_params["view"] = view
    page.query_params["split"] = split
    page.run()
    assert not page.exception
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    names = {trace["name"] for trace in figure["data"]}
    expected = {
        "User": {"default", "Ada &amp; Eve"},
        "Source": {source_word(Source.UPLOAD)},
        "Digit": {"3", "7"},
        "Model": {workspace.registry.champion().name},
    }
    assert names == expected[split]


def test_calibration_and_confusion_follow_the_split(page: AppTest, workspace: Workspace) -> None:
    """A colour for each group beside the diagonal; of the matrix the group that is chosen, with its mistakes alone."""
    ada = workspace.users.create("Ada")
    for digit, user in ((7, 1), (3, ada.id)):
        kept = workspace.keep(workspace.read(png(drawing(digit))), source=Source.UPLOAD, user_id=user)
        workspace.feedback.give(kept.id, actual_digit=8)
    page.query_params.update({"view": "Confidence", "split": "User"})
    page.run()
    assert not page.exception
    figure = json.loads(page.get("plotly_chart")[1].proto.spec)
    assert {trace["name"] for trace in figure["data"] if "name" in trace} == {"default", "Ada"}
    assert any("Ada" in caption.value and "of 1" in caption.value for caption in page.caption)
    page.segmented_control(key="view").set_value("Mistakes").run()
    for name, read in (("Ada", 3), ("default", 7)):
        next(each for each in page.segmented_control if each.label == "Of").set_value(name).run()
        assert not page.exception
        found = [each.value for each in page.markdown if "Read as" in each.value]
        assert [f"Read as a {read}, labelled an 8" in each for each in found] == [True]


def test_the_period_before_is_dotted(page: AppTest, workspace: Workspace) -> None:
    """What was read in the day before stands beside what was read since, a day later than it was."""
    workspace.read_and_keep(png(drawing(3)), source=Source.UPLOAD)
    since = datetime.now(UTC)
    workspace.read_and_keep(png(drawing(7)), source=Source.UPLOAD)
    page.query_params.update({"since": since.isoformat(), "before": "true"})
    page.run()
    assert not page.exception
    assert any("1 day earlier" in caption.value for caption in page.caption)
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert [trace["line"]["dash"] for trace in figure["data"]] == ["solid", "dot"]
    assert metrics(page)["Predictions"] == "1"


def test_all_the_time_there_is_has_nothing_before_it(page: AppTest, kept: list[int]) -> None:
    """The switch is there, but cannot be used."""
    page.query_params["before"] = "true"
    page.run()
    assert not page.exception
    assert page.toggle(key="before").disabled
    assert not any("earlier" in caption.value for caption in page.caption)
