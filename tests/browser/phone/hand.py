"""A hand on the page for phones: opens it, writes, keeps, and looks at what has become of it."""

import time
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from hwr_core.images.strokes import Strokes, place
from tests.browser.hand import POINTS
from tests.handwriting import hand_made_strokes
from tests.serving import Server, history


def opened(phone: BrowserContext, path: str = "/m/") -> Page:
    """Open the page, and wait until it reads on the device."""
    page = phone.new_page()
    page.goto(path)
    expect(page.locator("#state")).to_contain_text("Read on this device by model")
    return page


def installed(phone: BrowserContext) -> Page:
    """Open the page and wait until its service worker has all files."""
    page = opened(phone)
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    return page


def write(page: Page, strokes: Strokes, fill: float = 0.7, *, place_of: int = 0) -> None:
    """Draw strokes with the mouse on the square of the sheet that stands at this place, from 0 on."""
    box = page.locator("#sheet").bounding_box()
    assert box
    side = min(box["width"], box["height"])
    for stroke in place(strokes, side=int(side), fill=fill):
        points = [
            (box["x"] + x + place_of * side, box["y"] + y) for x, y in stroke[:: max(1, len(stroke) // POINTS)].tolist()
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y)
        page.mouse.up()


def write_and_keep(page: Page, digit: int) -> None:
    """Write a digit, see it read, and say that it is right."""
    write(page, hand_made_strokes(digit))
    expect(page.locator("#digit")).to_have_text(str(digit))
    page.get_by_role("button", name="Right").click()
    expect(page.locator("#history li")).to_have_count(digit + 1)


def sent(page: Page, count: int) -> None:
    """Wait until so many are in the history of the server, and none waits."""
    expect(page.locator("#history li[data-state=sent]")).to_have_count(count)
    expect(page.locator("#waiting")).to_be_empty()


def labelled_rows(server: Server, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The new rows, once all have a label, which is sent behind what it is of."""
    patience = time.monotonic() + 60
    while True:
        rows = new_rows(server, before)
        if all(row["actual_digit"] is not None for row in rows):
            return rows
        assert time.monotonic() < patience
        time.sleep(0.1)


def new_rows(server: Server, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the server's history that were not there before."""
    known = {row["id"] for row in before}
    return [row for row in history(server) if row["id"] not in known]
