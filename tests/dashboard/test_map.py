"""The map of the Data page: its marks and colours, what is selected, and one label for many images."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.data.map.chart import map_figure
from dashboard.views.data.map.colouring import COLOURINGS, CONFIDENCES, OUTCOMES, kinds_of, legend_of
from dashboard.views.data.map.state import MapState
from dashboard.views.data.map.table import table_of
from hwr_core.app import KEPT, NONE, HistoryFilter, ImageMap, Labelled, Shown, values_of
from hwr_core.app.workspace import Workspace
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.predictions import Source
from tests.dashboard.colours import COLOUR_BLIND, least_difference
from tests.handwriting import drawing, png
from tests.own_models import own_digits

pytestmark = pytest.mark.usefixtures("no_data_sets")

APART = 20.0
"""Of two colours in CIE Lab, as in the tests of the palette."""


def shown(number: int, *, read: int | None = 7, really: int | str | None = None, confidence: float = 0.95) -> Shown:
    """An image that was read as this, with this label."""
    prediction = Prediction(
        verdict=Verdict.NOT_A_DIGIT if read is None else Verdict.DIGIT,
        digit=read,
        confidence=confidence,
        probabilities=(0.1,) * 10,
        seen=np.zeros((28, 28), np.uint8),
        model_version="v1",
        timings=Timings(0.0, 0.0),
    )
    return Shown(KEPT, number, prediction, really)  # type: ignore[arg-type]


def map_of(*images: Shown) -> ImageMap:
    """These images, one to the right of the other."""
    places = np.array([[place, 0] for place in range(len(images))], np.float32).reshape(-1, 2)
    return ImageMap(images, places, 0.5)


MIXED = map_of(shown(9, really=7), shown(8, read=1, really=7), shown(5, read=None), shown(3, read=None, really=NONE))


@pytest.mark.parametrize(
    ("coloured_by", "names"),
    [
        ("Read as", ["1", "7", "Not a digit"]),
        ("Label", ["7", "Not a digit", "Not labelled"]),
        ("Outcome", ["Correct", "Wrong", "Not labelled"]),
        ("Confidence", ["90 to 99%"]),
    ],
)
def test_each_colouring_names_what_there_is(coloured_by: str, names: list[str]) -> None:
    """The digits first, in their order; what no image is has no place in the legend."""
    assert [kind.name for kind in legend_of(kinds_of(MIXED.shown, coloured_by))] == names


@pytest.mark.parametrize(
    ("confidence", "name"), [(1.0, "99% or more"), (0.99, "99% or more"), (0.7, "70 to 90%"), (0.0, "below 70%")]
)
def test_every_confidence_is_of_a_kind(confidence: float, name: str) -> None:
    """From certainty to none at all."""
    assert kinds_of([shown(1, confidence=confidence)], "Confidence")[0].name == name


@pytest.mark.parametrize("eye", COLOUR_BLIND)
def test_kinds_with_the_same_mark_are_told_apart_by_every_eye(eye: str) -> None:
    """Where two have the same colour, or nearly, their marks differ."""
    values = sorted({*range(10), *values_of("chinese")})
    digits = kinds_of([shown(value, read=value) for value in values], "Read as")
    assert len({(kind.colour, kind.mark) for kind in digits}) == len(values)
    for kinds in (digits, OUTCOMES, [kind for _, kind in CONFIDENCES]):
        for mark in {kind.mark for kind in kinds}:
            colours = [kind.colour for kind in kinds if kind.mark == mark]
            assert len(colours) == 1 or least_difference(colours, COLOUR_BLIND[eye]) >= APART


def test_a_1_and_a_7_have_different_colours() -> None:
    """They lie next to each other, and are taken for each other more than any other two."""
    one, seven = kinds_of([shown(1, read=1), shown(2, read=7)], "Read as")
    assert one.colour != seven.colour


@pytest.mark.parametrize("coloured_by", COLOURINGS)
def test_marks_stand_in_the_order_of_the_map(coloured_by: str) -> None:
    """Whatever their colours, so that the place of a mark tells its image; what was selected is drawn so."""
    figure = map_figure(MIXED, coloured_by, selected={8, 3})
    assert figure.data[0].x == (0, 1, 2, 3)
    assert figure.data[0].selectedpoints == (1, 3)
    assert figure.data[0].hovertext[1] == "Prediction 8: read as a 1 (95%), labelled a 7"
    assert all(trace.x == (None,) for trace in figure.data[1:])


def test_a_map_of_nothing_is_drawn() -> None:
    """Without marks, and without a word."""
    figure = map_figure(map_of(), "Read as", is_low=True)
    assert figure.data[0].x == ()
    assert not figure.layout.annotations


def test_images_are_selected_by_their_places() -> None:
    """In the order of the map; what a browser makes up is passed over."""
    state = MapState("asked", MIXED, taken=4, total=4)
    state.select([3, 1, 1, -1, 99])
    assert state.selected == (8, 3)


def test_one_image_is_left_out_of_a_selection() -> None:
    """The figure shows it, which is made anew for that; and for a selection that is cleared."""
    state = MapState("asked", MIXED, taken=4, total=4, selected=(8, 3))
    state.leave_out(8)
    assert state.drawn_as("Label", is_new=False) == (3,)
    before = state.revision
    state.clear()
    assert state.drawn_as("Label", is_new=False) == ()
    assert state.revision > before


def test_a_selection_outlives_new_labels_and_loses_what_is_gone() -> None:
    """A figure that looks different begins with all that is selected, and any other with what it began with."""
    state = MapState("asked", MIXED, taken=4, total=4)
    assert state.drawn_as("Label", is_new=True) == ()
    state.select([0, 1, 2])
    assert state.drawn_as("Label", is_new=False) == ()
    assert state.drawn_as("Outcome", is_new=False) == (9, 8, 5)
    state.renew([shown(9, really=1)], gone={5})
    assert state.selected == (9, 8)
    assert [each.really for each in state.map.shown] == [1, 7, None, NONE]
    assert state.drawn_as("Outcome", is_new=False) == (9, 8)
    state.select([0])
    assert state.drawn_as("Outcome", is_new=False) == (9, 8)
    assert state.drawn_as("Outcome", is_new=True) == (9,)


def test_figure_and_table_show_what_was_selected_in_the_other() -> None:
    """What one selects makes the other anew, and leaves itself as it is."""
    state = MapState("asked", MIXED, taken=4, total=4)
    first = state.list_revision()
    state.drawn_as("Label", is_new=True)
    state.select_in_list([1, 3])
    assert (state.list_revision(), state.drawn_as("Label", is_new=False)) == (first, (8, 3))
    state.select([0])
    assert (state.list_revision(), state.drawn_as("Label", is_new=False)) == (first + 1, (8, 3))
    assert state.list_revision() == first + 1


def test_the_table_has_a_row_for_each_image() -> None:
    """In words as on the other pages; what is not known stays empty."""
    found = table_of(MIXED.shown)
    assert found["Number"].tolist() == [9, 8, 5, 3]
    assert found["Read as"].tolist() == ["7", "1", "–", "–"]
    assert found["Label"].tolist() == ["7", "7", "", "–"]


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The dashboard, about to open on the map."""
    found = app.switch_page("app_pages/data.py")
    found.query_params["look"] = "Map"
    return found


@pytest.fixture
def kept(workspace: Workspace) -> list[int]:
    """Three drawings, kept."""
    predictions = [workspace.read(png(drawing(digit))) for digit in (3, 1, 7)]
    return [workspace.keep(prediction, source=Source.DRAWING).id for prediction in predictions]


def select(page: AppTest, *places: int) -> None:
    """Select images as a box on the map does, which no AppTest can draw."""
    page.session_state["data_map"].select(places)
    page.run()


def words(page: AppTest) -> list[str]:
    """All that the page says in its text and on its buttons."""
    return [*(each.value for each in (*page.subheader, *page.caption, *page.markdown)), *(b.label for b in page.button)]


def test_an_empty_history_has_no_map(page: AppTest) -> None:
    """It says how to fill it."""
    page.run()
    assert not page.exception
    assert "No predictions yet" in page.info[0].value
    assert not page.get("plotly_chart")


def test_selected_images_get_one_label_and_lose_it_again(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """How many is said before, without one that was left out; a label that stood there is said, and comes back."""
    workspace.feedback.give(kept[1], actual_digit=4)
    page.run()
    assert not page.exception
    assert "3 predictions" in words(page)
    assert "data_map_is_7" not in [button.key for button in page.button]
    select(page, 0, 1, 2)
    page.button(key=f"data_map_grid_without_{kept[0]}").click().run()
    assert {"2 images selected", "**Label 2 images as**"} <= {*words(page)}
    assert any(text.startswith("1 of them has a label already") for text in words(page))
    page.button(key="data_map_is_7").click().run()
    assert not page.exception
    assert [each.label and each.label.digit for each in workspace.history.some(kept)] == [None, 7, 7]
    undo = next(button for button in page.button if button.label == "Undo: 2 images labelled as a 7")
    workspace.feedback.give(kept[2], actual_digit=9)
    undo.click().run()
    assert [each.label and each.label.digit for each in workspace.history.some(kept)] == [None, 4, 9]
    assert not any("Undo" in text for text in words(page))
    assert page.toast[0].value.replace("\\", "") == "Undone: 1 image. 1 image had been changed since."


def test_a_label_that_leaves_nothing_for_the_filter_can_be_undone(
    page: AppTest, kept: list[int], workspace: Workspace
) -> None:
    """Of what had no label, all get one: the map stays, and so does the way back."""
    page.query_params["outcome"] = "Not labelled"
    page.run()
    select(page, 0, 1, 2)
    page.button(key="data_map_is_7").click().run()
    assert not page.exception
    assert workspace.history.count(HistoryFilter(labelled=Labelled.NO)) == 0
    next(button for button in page.button if button.label == "Undo: 3 images labelled as a 7").click().run()
    assert [each.label for each in workspace.history.some(kept)] == [None, None, None]


def test_what_was_removed_meanwhile_is_selected_no_more(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """The others are labelled, and nobody is told of an error."""
    page.run()
    select(page, 0, 1, 2)
    with workspace.store.writing() as cursor:
        cursor.execute("delete from predictions where id = $1", [kept[0]])
    page.button(key="data_map_is_7").click().run()
    assert "There is no prediction" in page.error[0].value
    assert "2 images selected" in words(page)
    page.button(key="data_map_is_7").click().run()
    assert not page.error
    assert [each.label and each.label.digit for each in workspace.history.some(kept)] == [7, 7]


def test_a_data_set_is_mapped_and_not_labelled(page: AppTest, kept: list[int], workspace: Workspace) -> None:
    """Its labels are its own; each image stands beside what the model saw of it."""
    workspace.modelling.import_images(own_digits(2))
    page.query_params["from"] = "Your own labelled images"
    page.run()
    select(page, 0, 1, 2)
    assert not page.exception
    assert {"20 images", "3 images selected"} <= {*words(page)}
    assert not [text for text in words(page) if text.startswith(("**Label", "Update"))]
    assert len(page.get("image")) == 6
