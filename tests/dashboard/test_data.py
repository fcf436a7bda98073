"""The Data page: slices as images, what is like one of them, and drift."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.data import charts
from hwr_core.app.drift import Against
from hwr_core.app.workspace import Workspace
from hwr_core.evaluation.drift import EDGES, Feature, describe
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, png
from tests.own_models import own_digits

pytestmark = pytest.mark.usefixtures("no_data_sets")


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on Data."""
    return app.switch_page("app_pages/data.py")


@pytest.fixture
def kept(workspace: Workspace) -> list[int]:
    """The ten digits, kept."""
    predictions = [workspace.read(png(drawing(digit))) for digit in range(10)]
    return [workspace.keep(prediction, source=Source.DRAWING).id for prediction in predictions]


def multiply(workspace: Workspace, times: int, *, days: int = 0) -> None:
    """Let every prediction of the history be there so many times, and be so many days older."""
    with workspace.store.writing() as cursor:
        cursor.execute(
            "insert into predictions select r.* replace (nextval('prediction_ids') as id) "
            "from predictions r, generate_series(2, $1)",
            [times],
        )
        cursor.execute("update predictions set created_at = created_at - to_days($1)", [days])


def grid(page: AppTest) -> list[str]:
    """What stands under the images."""
    return [button.label for button in page.button if str(button.key).startswith("data_grid_")]


def headings(page: AppTest) -> list[str]:
    """The headings below the title."""
    return [heading.value for heading in page.subheader]


@pytest.mark.parametrize("look", ["Images", "Similar images"])
def test_an_empty_history_says_how_to_fill_it(page: AppTest, look: str) -> None:
    """Without a prediction there is a word about what to do, with the ways there, and no chart."""
    page.query_params["look"] = look
    page.run()
    assert not page.exception
    assert "No predictions yet" in page.info[0].value
    assert not page.get("plotly_chart")


def test_an_empty_history_has_no_drift(page: AppTest) -> None:
    """Nothing is said of nothing, but how many predictions it takes."""
    page.query_params["look"] = "Drift"
    page.run()
    assert not page.exception
    assert "Too few predictions to say" in page.info[0].value
    assert {metric.value for metric in page.metric} == {"0", "Unknown", "No labels yet"}


def test_kept_predictions_stand_in_a_grid(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """Each with what it was read as, the newest first; a mistake with what it really is."""
    workspace.feedback.give(kept[-1], actual_digit=4)
    workspace.feedback.give(kept[-2], actual_digit=None)
    page.run()
    assert not page.exception
    assert "10 predictions" in headings(page)
    found = grid(page)
    assert (found[0].endswith("label 4"), found[1].endswith("label –")) == (True, True)
    assert found[2].startswith("7")


def test_filters_narrow_the_grid_and_not_the_chart(page: AppTest, kept: list[int]) -> None:
    """An address with filters shows those images alone."""
    page.query_params["digit"] = "7"
    page.run()
    assert "1 prediction" in headings(page)
    assert len(grid(page)) == 1
    assert page.get("plotly_chart")


def test_an_image_in_the_grid_leads_to_its_neighbours(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """A click under an image shows that image and what is like it, of which the first is the same digit."""
    multiply(workspace, 2)
    page.run()
    page.button(key=f"data_grid_kept_{kept[4]}").click().run()
    assert not page.exception
    assert page.number_input[0].value == kept[4]
    near = [button for button in page.button if str(button.key).startswith("data_near_")]
    assert near[0].label.startswith("4")
    assert len(near) == 19
    near[0].click().run()
    assert page.number_input[0].value == int(str(near[0].key).rpartition("_")[2])


def test_a_prediction_in_the_address_is_shown(page: AppTest, kept: list[int]) -> None:
    """Whoever has the number of a prediction has the address of its neighbours."""
    page.query_params["prediction"] = str(kept[3])
    page.run()
    assert not page.exception
    assert page.number_input[0].value == kept[3]
    assert any("Read as a 3" in text.value for text in page.markdown)


def test_a_number_without_a_prediction_says_so(page: AppTest, kept: list[int]) -> None:
    """What is asked for and is not there is told in words."""
    page.query_params["prediction"] = "999"
    page.run()
    assert not page.exception
    assert "There is no prediction 999" in page.error[0].value


def test_own_images_are_shown_with_their_mistakes(page: AppTest, workspace: Workspace) -> None:
    """They come before an empty history; their matrix is there, and mistakes can be shown alone."""
    workspace.modelling.import_images(own_digits(2))
    page.run()
    assert not page.exception
    assert "20 images" in headings(page)
    assert page.get("plotly_chart")
    page.selectbox(key="really").select("3").run()
    assert "2 images" in headings(page)
    page.toggle(key="mistakes").set_value(True).run()
    assert all(", label 3" in label for label in grid(page))


def test_new_images_of_ones_own_are_seen_at_once(page: AppTest, workspace: Workspace) -> None:
    """A slice is kept in memory, but not beyond a change of the folder."""
    workspace.modelling.import_images(own_digits(1))
    assert "10 images" in headings(page.run())
    workspace.modelling.import_images(own_digits(2))
    assert "29 images" in headings(page.run())  # one of the twenty was there already


def test_an_image_of_a_data_set_is_looked_for_in_the_history(
    page: AppTest, kept: list[int], workspace: Workspace
) -> None:
    """From one's own image of a 6 to the kept prediction that is most like it."""
    workspace.modelling.import_images(own_digits(1))
    six = next(each for each in workspace.exploration.images("custom", None, most=10) if each.really == 6)
    page.query_params["look"] = "Similar images"
    page.run()
    page.selectbox(key="from").select("custom").run()
    page.number_input(key="data_image").set_value(six.number).run()
    assert not page.exception
    assert any("labelled a 6" in text.value for text in page.markdown)
    near = [button.label for button in page.button if str(button.key).startswith("data_near_kept_")]
    assert near[0].startswith("6")


def test_drift_has_its_verdict_first(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """The same drawings a month ago and now: much like before, with what it rests on."""
    multiply(workspace, 50, days=30)
    predictions = [workspace.read(png(drawing(digit))) for digit in range(10)]
    for _ in range(40):
        for prediction in predictions:
            workspace.keep(prediction, source=Source.DRAWING)
    page.query_params["look"] = "Drift"
    page.run()
    page.segmented_control(key="beside").set_value(Against.EARLIER).run()
    assert not page.exception
    assert page.success[0].value.startswith("**Much like before.**")
    assert len(page.get("plotly_chart")) == len(Feature)
    assert {metric.label: metric.value for metric in page.metric}["Digits read"] == "400"


def test_training_data_is_compared_with_where_it_is_known(
    page: AppTest, kept: list[int], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict names it; who chooses the earlier predictions instead learns that there are none."""
    shown = [each.prediction for each in workspace.exploration.predictions(most=10)]
    known = describe(
        np.array([prediction.digit for prediction in shown]),
        np.array([prediction.confidence for prediction in shown]),
        np.stack([prediction.seen for prediction in shown if prediction.seen is not None]),
        weights=np.full(10, 500.0),
    )
    monkeypatch.setattr("hwr_core.app.drift.inputs_of", lambda _: known)
    multiply(workspace, 40)
    page.query_params["look"] = "Drift"
    page.run()
    assert not page.exception
    assert page.success[0].value.startswith("**Much like the training data.**")
    page.segmented_control(key="beside").set_value(Against.EARLIER).run()
    assert "Too few predictions to say" in page.info[0].value


def test_every_bin_has_a_name() -> None:
    """As many names as bins, each once, and the ends say that they are open."""
    for feature in Feature:
        names = charts.bin_names(feature)
        assert len(names) == len(set(names)) == len(EDGES[feature]) + 1
    assert charts.bin_names(Feature.INK)[:2] == ["under 5%", "5–7%"]
    assert charts.bin_names(Feature.SHAPE)[-1] == "over 1.3"
