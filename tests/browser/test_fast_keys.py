"""Keys pressed faster than pages are drawn: each does what it says, once, for its own image."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hwr_core.app.workspace import Workspace
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.review.service import Order
from hwr_core.settings import Settings
from tests.browser.hand import at_rest, saved_rows, screenshot
from tests.browser.test_uploading import upload, zipped
from tests.handwriting import drawing, png
from tests.serving import Server, serving

Visit = Callable[..., Page]

BETWEEN = 125
"""Milliseconds from key to key: eight a second."""
KEYS = ["Enter", "4", "n", "Enter", "7", "0", "Enter", "Enter", "2", "N", "9", "Enter", "1", "5", "Enter"]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[PredictionRecord]]:
    """A data folder with twenty drawings without a label, in the order in which they are reviewed."""
    folder = tmp_path_factory.mktemp("fast") / "data"
    with Workspace(Settings(data_dir=folder)) as workspace:
        for place in range(20):
            workspace.read_and_keep(png(drawing(place % 10, pen=12 + place)), source=Source.DRAWING)
        return folder, [each.kept for each in workspace.review.page(Order.LEAST_SURE)]


@pytest.fixture(scope="module")
def server(queue: tuple[Path, list[PredictionRecord]]) -> Iterator[Server]:
    """A server on these."""
    with serving(queue[0]) as server:
        yield server


def labels(page: Page) -> dict[int, int | None]:
    """The labels that there are, by the ids of their predictions."""
    return {row["id"]: row["actual_digit"] for row in saved_rows(page) if row["correct_prediction"] is not None}


def as_labelled(record: PredictionRecord, key: str) -> int | None:
    """What a key makes the label of a prediction."""
    return record.prediction.digit if key == "Enter" else None if key in "nN" else int(key)


def test_fifteen_keys_at_eight_a_second_are_fifteen_labels(
    visit: Visit, queue: tuple[Path, list[PredictionRecord]]
) -> None:
    """No key is lost, none counts twice, each labels the image whose turn it is; then as many are undone as fast."""
    page, records = visit("/review"), queue[1]
    page.get_by_role("button", name="Agree:").wait_for()
    at_rest(page)
    for key in KEYS:
        page.keyboard.press(key)
        page.wait_for_timeout(BETWEEN)
    expect(page.get_by_text("15 labelled today, 5 left")).to_be_visible()
    assert labels(page) == {record.id: as_labelled(record, key) for record, key in zip(records, KEYS, strict=False)}
    for _ in KEYS:
        page.keyboard.press("u")
        page.wait_for_timeout(BETWEEN)
    expect(page.get_by_text("0 labelled today, 20 left")).to_be_visible()
    assert labels(page) == {}


def test_a_key_held_down_counts_once(visit: Visit) -> None:
    """The browser repeats it, the page does not."""
    page = visit("/review")
    page.get_by_role("button", name="Agree:").wait_for()
    at_rest(page)
    before = labels(page)
    for _ in range(8):
        page.keyboard.down("3")
    page.keyboard.up("3")
    page.keyboard.press("4")  # behind all of these
    expect(page.get_by_text(f"{len(before) + 2} labelled today")).to_be_visible()
    at_rest(page)
    assert len(labels(page)) == len(before) + 2


def test_keys_in_a_field_stay_there(visit: Visit) -> None:
    """Whoever types a user's name into the sidebar labels nothing."""
    page = visit("/review")
    page.get_by_role("button", name="Agree:").wait_for()
    at_rest(page)
    before = labels(page)
    page.get_by_role("combobox", name="User").first.click()
    page.keyboard.type("n74u")
    page.keyboard.press("Escape")
    at_rest(page)
    assert labels(page) == before


def test_fifteen_uploads_are_labelled_by_keys_as_fast(visit: Visit) -> None:
    """The first label of an image saves it, unsure ones first; none is lost, and as many are undone as fast."""
    page = visit("/upload")
    before = {row["id"] for row in saved_rows(page)}
    upload(page, zipped(20))
    expect(page.get_by_text("0 of 20 labelled")).to_be_visible()
    at_rest(page)
    for key in KEYS:
        page.keyboard.press(key)
        page.wait_for_timeout(BETWEEN)
    expect(page.get_by_text("15 of 20 labelled")).to_be_visible()
    screenshot(page, "upload-labels")
    rows = sorted((row for row in saved_rows(page) if row["id"] not in before), key=lambda row: row["id"])
    wanted = [
        row["predicted_digit"] if key == "Enter" else None if key in "nN" else int(key)
        for row, key in zip(rows, KEYS, strict=True)
    ]
    assert [row["actual_digit"] for row in rows] == wanted
    assert all(row["correct_prediction"] is not None for row in rows)
    for _ in KEYS:
        page.keyboard.press("u")
        page.wait_for_timeout(BETWEEN)
    expect(page.get_by_text("0 of 20 labelled")).to_be_visible()
    assert not [row for row in saved_rows(page) if row["id"] not in before and row["correct_prediction"] is not None]
