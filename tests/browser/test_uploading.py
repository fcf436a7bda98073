"""Many images at once in a real browser: an archive, a table, a choice among the outcomes, a file to take along."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import FilePayload, Page, ViewportSize, expect

from tests.browser.hand import answer, at_rest, saved_rows, screenshot, turn_to
from tests.handwriting import drawing, png

Visit = Callable[..., Page]

SMALL_PHONE = ViewportSize(width=360, height=740)


def zipped(images: int) -> FilePayload:
    """A ZIP with so many images of digits, and a text that is none."""
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for number in range(images):
            archive.writestr(f"scans/{number:02}.png", png(drawing(number % 10, pen=10 + number % 12)))
        archive.writestr("scans/notes.txt", b"dear diary")
    return FilePayload(name="scans.zip", mimeType="application/zip", buffer=stream.getvalue())


def upload(page: Page, file: FilePayload) -> None:
    """Choose a file on the Upload page."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])


def test_an_archive_is_read_image_by_image(visit: Visit) -> None:
    """Each image of a ZIP has its answer, what is none says why when asked for, and Save stores the others."""
    page = visit("/upload")
    before = len(saved_rows(page))
    upload(page, zipped(4))
    expect(answer(page)).to_have_text(re.compile("^[0-3]$"))  # the one that is least sure
    page.get_by_role("radio", name="Unreadable 1").click()
    expect(page.get_by_text("This is not an image")).to_be_visible()
    expect(page.get_by_text("scans/notes.txt").first).to_be_visible()
    expect(page.get_by_text("scans/00.png")).to_be_hidden()
    page.get_by_role("button", name="Save 4 predictions").click()
    expect(page.get_by_text("Saved 4 predictions")).to_be_visible()
    assert len(saved_rows(page)) == before + 4


def test_many_images_stand_in_a_table_to_take_along(visit: Visit, tmp_path: Path) -> None:
    """Above two dozen images there is a table instead of cards, and all that was found can be downloaded as CSV."""
    page = visit()
    turn_to(page, "Upload")
    upload(page, zipped(30))
    expect(page.get_by_text("Select a row to label its image.")).to_be_visible()
    expect(page.get_by_role("radio", name="All 31")).to_be_checked()
    screenshot(page, "upload-many")
    page.get_by_test_id("stExpander").get_by_text("Data", exact=True).click()
    with page.expect_download() as download:
        # By the keyboard: the table above is still growing, and a button that moves away is missed by the mouse. Not by
        # Enter, which agrees on this page unless one has come to a button by Tab.
        page.get_by_role("button", name="Download as CSV", exact=True).press(" ")
    download.value.save_as(tmp_path / "predictions.csv")
    with (tmp_path / "predictions.csv").open(newline="") as file:
        lines = [*csv.reader(file)]
    assert lines[0][:4] == ["file", "digit", "verdict", "confidence"]
    assert lines[4][:3] == ["scans/03.png", "3", "digit"]
    assert lines[31][:3] == ["scans/notes.txt", "", "not_readable"]


def test_an_archive_fits_a_phone(visit: Visit) -> None:
    """On a phone nothing of the page stands beyond its edge."""
    page = visit("/upload", size={"width": 390, "height": 844})
    upload(page, zipped(3))
    expect(page.get_by_role("button", name="Save 3 predictions")).to_be_visible()
    wide = page.get_by_test_id("stMain").evaluate("(main) => main.scrollWidth - main.clientWidth")
    assert wide <= 0


def test_a_phone_shows_what_was_read_at_once(visit: Visit) -> None:
    """Also a small one: nobody has to scroll to see the answer."""
    page = visit("/upload", size=SMALL_PHONE)
    upload(page, FilePayload(name="seven.png", mimeType="image/png", buffer=png(drawing(7))))
    expect(answer(page)).to_have_text("7")
    at_rest(page)
    box = answer(page).bounding_box()
    assert box
    assert box["y"] + box["height"] <= SMALL_PHONE["height"]
