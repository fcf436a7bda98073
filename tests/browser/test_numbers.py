"""Whole numbers in a real browser: drawn, uploaded, and with a box corrected."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.hand import answer, at_rest, canvas, has_boxes, screenshot, turn_to, write
from tests.handwriting import hand_made_strokes, number, png

Visit = Callable[..., Page]


def choose_numbers(page: Page) -> None:
    """Say that there are numbers on the image."""
    page.get_by_role("radio", name="Numbers").click()


def upload(page: Page, file: FilePayload) -> None:
    """Upload a file as one with numbers; the control for them takes the place of the one for single digits."""
    choose_numbers(page)
    page.get_by_text("Numbers on single lines or whole pages").wait_for()
    at_rest(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])


def test_a_drawn_number_is_read_whole(visit: Visit) -> None:
    """Two digits on one canvas are both read, and each has its box."""
    page = visit()
    choose_numbers(page)
    expect(page.get_by_text("Write digits next to each other")).to_be_visible()
    expect(canvas(page)).to_have_css("width", "700px")  # the wide sheet has taken the other's place
    at_rest(page)
    apart = np.array([1.3, 0.0], np.float32)
    write(page, [*hand_made_strokes(4), *(stroke + apart for stroke in hand_made_strokes(7))])
    expect(answer(page)).to_have_text("47")
    expect(page.get_by_test_id("stImage")).to_be_visible()
    screenshot(page, "draw-number")


def test_a_page_of_numbers_is_read(visit: Visit) -> None:
    """An uploaded page shows its numbers line by line, and the page with a box around each digit."""
    page = visit()
    turn_to(page, "Upload")
    sheet = np.vstack([number("271828"), number("314159"), number("577215")])
    upload(page, FilePayload(name="sheet.png", mimeType="image/png", buffer=png(sheet)))
    expect(page.get_by_test_id("stImage")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    screenshot(page, "upload-numbers")


def test_a_box_is_drawn_around_a_digit(visit: Visit) -> None:
    """On the page itself: what stands in a box is read as one digit, wherever it was found before."""
    page = visit("/upload")
    upload(page, FilePayload(name="form.png", mimeType="image/png", buffer=png(number("271828"))))
    expect(page.get_by_text("271828").first).to_be_visible()
    page.get_by_text("Edit the boxes").click()
    page.get_by_text("Draw on the page").click()
    sheet = page.locator("canvas").last
    expect(sheet).to_be_visible()
    has_boxes(page)
    at_rest(page)
    size = sheet.bounding_box()
    assert size is not None
    sheet.hover(position={"x": 3, "y": 3})  # at the very edge the canvas may take the hand as having left
    page.mouse.down()
    sheet.hover(position={"x": size["width"] / 6, "y": size["height"] - 3})
    page.mouse.up()
    expect(page.get_by_role("textbox", name="What it says")).to_have_value("2271828")
    screenshot(page, "upload-boxes")


def test_a_number_is_corrected_and_saved(visit: Visit) -> None:
    """The digits stand in a field; what is typed there is the user's word, and the server says what was kept."""
    page = visit("/upload")
    upload(page, FilePayload(name="form.png", mimeType="image/png", buffer=png(number("271828"))))
    field = page.get_by_role("textbox", name="What it says")
    expect(field).to_have_value("271828")
    field.fill("271829")
    screenshot(page, "upload-number-saving")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("corrected.")).to_be_visible()


def test_a_long_document_is_stopped(visit: Visit) -> None:
    """While its pages are read a bar stands there with a button; stopped, the page offers to go on."""
    sheet = Image.fromarray(np.vstack([number("271828"), number("314159"), number("577215")]))
    document = io.BytesIO()
    sheet.save(document, "TIFF", save_all=True, append_images=[sheet] * 49, compression="tiff_deflate")
    page = visit("/upload")
    upload(page, FilePayload(name="book.tiff", mimeType="image/tiff", buffer=document.getvalue()))
    expect(page.get_by_text("Reading the pages")).to_be_visible()
    page.get_by_role("button", name="Stop").last.click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    expect(page.get_by_test_id("stImage")).to_have_count(0)
