"""Forms in a real browser, from an empty system: drawn once, ten scans read, checked, and taken away as a table."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import requests
from playwright.sync_api import FilePayload, Locator, Page, expect

from dashboard.components.box_canvas import WIDTH
from tests import made_forms
from tests.browser.hand import screenshot
from tests.handwriting import png
from tests.serving import Server

Visit = Callable[..., Page]

SCANS = 10
VALUES = {f"{seed}.png": made_forms.values(np.random.default_rng(seed)) for seed in range(SCANS)}


def payload(name: str, image: np.ndarray) -> FilePayload:
    """Return an image as a file to upload."""
    return FilePayload(name=name, mimeType="image/png", buffer=png(image))


def scans() -> list[FilePayload]:
    """Ten scans, every fifth one a photo of the form lying askew."""
    files = []
    for seed, (name, texts) in enumerate(VALUES.items()):
        seen = made_forms.photographed if seed % 5 == 4 else made_forms.scanned
        files.append(payload(name, seen(made_forms.drawn(texts), np.random.default_rng(seed))))
    return files


def draw(page: Page, canvas: Locator, field: made_forms.Printed, number: int) -> None:
    """Draw a box around a field, and wait until it has its name below."""
    left, top, width, height = (side * WIDTH / made_forms.WIDTH for side in field.box)
    canvas.hover(position={"x": left, "y": top})
    page.mouse.down()
    canvas.hover(position={"x": left + width, "y": top + height})
    page.mouse.up()
    expect(page.get_by_label(f"Name of field {number}")).to_be_visible()


@pytest.mark.long
def test_ten_scans_become_a_table(visit: Visit) -> None:
    """Every accepted cell is right; the others are looked at, and what is typed stands in the table."""
    page = visit("/forms")
    upload = page.get_by_test_id("stFileUploaderDropzoneInput")
    upload.set_input_files([payload("empty.png", made_forms.empty())])
    canvas = page.locator("canvas").last
    for number, field in enumerate(made_forms.FIELDS, start=1):
        draw(page, canvas, field, number)
    screenshot(page, "forms-drawing")
    page.get_by_label("Name of the form").fill(made_forms.NAME)
    for number, field in enumerate(made_forms.FIELDS, start=1):
        page.get_by_label(f"Name of field {number}").fill(field.name)
        page.get_by_label(f"Pattern of field {number}").fill(field.pattern)
    page.get_by_role("button", name="Save the form").click()

    expect(page.get_by_text(f"Scans or photos of {made_forms.NAME}")).to_be_visible()
    upload.set_input_files(scans())
    page.get_by_role("button", name="Read the scans").click()
    expect(page.get_by_text("Check these")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(str(SCANS))
    screenshot(page, "forms-checking")
    while page.get_by_text("Check these").is_visible():
        check(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = pd.read_csv(download.value.path(), dtype=str, keep_default_na=False)
    assert dict(zip(table["file"], table[[*VALUES["0.png"]]].to_dict("records"), strict=True)) == VALUES
    assert set(table["check"]) == {""}
    screenshot(page, "forms-table")


def test_reading_is_stopped(visit: Visit, server: Server) -> None:
    """What was read till then stays, and nothing offers to continue: scans would be kept twice."""
    fields = [{"name": each.name, "box": each.box} for each in made_forms.FIELDS]
    data = {"name": "Another", "fields": json.dumps(fields)}
    empty = {"file": ("empty.png", png(made_forms.empty()))}
    assert requests.post(f"{server.url}/api/forms", data=data, files=empty, timeout=60).status_code == 201
    page = visit("/forms")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(scans())
    page.get_by_role("button", name="Read the scans").click()
    expect(page.get_by_text("Reading the scans")).to_be_visible()
    page.get_by_role("button", name="Stop").last.click()
    expect(page.get_by_text("Stopped. What was read till then")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_have_count(0)
    expect(page.get_by_text("Check these")).to_have_count(0)


def check(page: Page) -> None:
    """Type the truth where something else was read, and save; wait until these cells are gone."""
    asked = [box for box in page.get_by_role("textbox").all() if ".png" in (box.get_attribute("aria-label") or "")]
    first = asked[0].get_attribute("aria-label") or ""
    for box in asked:
        field, file = (box.get_attribute("aria-label") or "").split(", ")
        if box.input_value() != VALUES[file][field]:
            box.fill(VALUES[file][field])
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_label(first)).to_have_count(0)
