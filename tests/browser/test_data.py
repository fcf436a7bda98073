"""The Data page in a real browser: from a bar, a square or a place on the map to its images, and the drift."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.axe import faults_of
from tests.browser.hand import at_rest, screenshot
from tests.handwriting import drawing, png
from tests.own_models import own_digits
from tests.serving import Server, predict, serving

Visit = Callable[..., Page]
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: two of each digit kept, a 7 said to be a 1, and some images of one's own."""
    folder: Path = tmp_path_factory.mktemp("looking")
    with ZipFile(own_digits(2)) as archive:
        archive.extractall(folder / "data" / "custom_dataset")
    with serving(folder / "data", HWR_DATASETS_DIR=str(folder / "datasets")) as server:
        connection = server.connect()
        kept = [predict(connection, png(drawing(digit, pen=pen))) for pen in (14, 22) for digit in range(10)]
        wrong = next(each for each in kept if each["predicted_digit"] == 7)
        said = json.dumps({"prediction_id": wrong["prediction_id"], "user_id": 1, "actual_digit": 1})
        connection.request("POST", "/api/feedback", said, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 200
        connection.close()
        yield server


def images(page: Page) -> Locator:
    """What the model saw, as shown on the page."""
    return page.get_by_role("img", name="The digit as the model saw it")


def test_a_bar_leads_to_its_images(visit: Visit) -> None:
    """A click on the part of a bar that is wrong shows the image behind it, and the address keeps that."""
    page = visit("/data")
    expect(page.get_by_role("heading", name="20 predictions")).to_be_visible()
    expect(images(page)).to_have_count(20)
    screenshot(page, "data-images")
    wrong = page.locator(".js-plotly-plot .trace.bars").nth(1)
    wrong.wait_for()
    parts = wrong.locator(".point path").all()
    next(part for part in parts if (box := part.bounding_box()) and box["height"] > 1).click(force=True)
    expect(page.get_by_role("heading", name="1 prediction")).to_be_visible()
    expect(images(page)).to_have_count(1)
    expect(page.get_by_role("button", name="7, label 1")).to_be_visible()
    expect(page).to_have_url(re.compile("outcome=Wrong"))


def test_a_square_leads_to_its_images(visit: Visit) -> None:
    """Of one's own images a square of the matrix shows those behind it, and the choices say which they are."""
    page = visit("/data?from=Your+own+labelled+images")
    expect(page.get_by_role("heading", name="20 images")).to_be_visible()
    square = page.locator(".js-plotly-plot .point").first
    square.wait_for()
    square.click(force=True)
    expect(page.get_by_role("heading", name=re.compile(r"^[12] images?$"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"really=\d"))


def test_an_image_leads_to_its_like(visit: Visit) -> None:
    """On a phone: a click under an image shows what is most like it, and the page is no wider than the phone."""
    page = visit("/data", size=PHONE)
    page.get_by_role("button", name="4", exact=True).first.click()
    expect(page.get_by_text("Most similar images")).to_be_visible()
    expect(page.get_by_text("Read as a 4").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+% similar$")).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"prediction=\d+"))
    screenshot(page, "data-neighbours")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_box_on_the_map_leads_to_images_that_get_one_label(visit: Visit) -> None:
    """All that lie in the box, one click labels them, the map shows it, and one more click takes it back."""
    page = visit("/data?look=Map&colour=Label")
    marks = page.locator(".js-plotly-plot .point")
    expect(marks).to_have_count(20)
    at_rest(page)
    sheet = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert sheet
    page.mouse.move(sheet["x"] + 2, sheet["y"] + 2)
    page.mouse.down()
    page.mouse.move(sheet["x"] + sheet["width"] / 2, sheet["y"] + sheet["height"] / 2)
    page.mouse.move(sheet["x"] + sheet["width"] - 2, sheet["y"] + sheet["height"] - 2)
    page.mouse.up()
    expect(page.get_by_text("Label 20 images as")).to_be_visible()
    expect(images(page)).to_have_count(20)
    screenshot(page, "data-map")
    at_rest(page)
    assert faults_of(page)[0] == []
    page.get_by_role("button", name="Not a digit").click()
    expect(page.get_by_role("button", name=re.compile("label –$"))).to_have_count(20)
    expect(page.get_by_text("Not a digit (20)")).to_be_visible()
    page.get_by_role("button", name=re.compile("20 images labelled as not a digit")).click()
    expect(page.get_by_role("button", name="7, label 1")).to_be_visible()
    expect(page.get_by_text("Not labelled (19)")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("label –$"))).to_have_count(0)


def test_images_of_the_map_are_selected_by_keyboard(visit: Visit) -> None:
    """In the table of its images; the figure shows them, and so do the pictures below."""
    page = visit("/data?look=Map")
    expect(page.locator(".js-plotly-plot .point")).to_have_count(20)
    page.get_by_text("Data", exact=True).last.click()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    at_rest(page)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 120, box["y"] + 52)
    for _ in range(2):
        page.keyboard.press("Shift+Space")
        page.keyboard.press("ArrowDown")
    expect(page.get_by_text("2 images selected")).to_be_visible()
    expect(images(page)).to_have_count(2)
    screenshot(page, "data-map-table")


def test_the_verdict_on_drift_is_shown(visit: Visit) -> None:
    """With few predictions the page says that there are too few, and how right they are expected to be."""
    page = visit("/data?look=Drift", scheme="dark")
    expect(page.get_by_text("Too few predictions to say")).to_be_visible()
    expect(page.get_by_text("Expected accuracy")).to_be_visible()
    screenshot(page, "data-drift")
