"""A person's hand on the pages: writes, clears, turns to another page, looks."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from hwr_core.images.strokes import Strokes, place

SCREENSHOTS = os.environ.get("HWR_SCREENSHOTS")
"""Folder that images of the pages are written to, if set; read before the tests clean their environment."""

POINTS = 40
"""A stroke is drawn in about so many moves of the mouse."""

HEARD_WITHIN = 6_000
"""Milliseconds after which a key counts as not heard and is pressed again."""


def canvas(page: Page) -> Locator:
    """The part of the canvas that takes the pen."""
    return page.locator("canvas.upper-canvas")


def write(page: Page, strokes: Strokes, *, fill: float = 0.7) -> None:
    """Draw strokes with the mouse in small timed steps, as large as this share of the canvas."""
    canvas(page).wait_for()
    page.wait_for_timeout(300)  # a canvas just laid out takes a moment until it listens
    box = canvas(page).bounding_box()
    assert box
    for stroke in place(strokes, side=int(box["width"]), fill=fill):
        points = [(box["x"] + x, box["y"] + y) for x, y in stroke[:: max(1, len(stroke) // POINTS)].tolist()]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y)
            page.wait_for_timeout(4)
        page.mouse.up()


def answer(page: Page) -> Locator:
    """The large symbol of the prediction."""
    return page.get_by_test_id("stMain").get_by_test_id("stHtml").first


def expect_digit(page: Page, digit: int, *, patience: float = 20) -> None:
    """Wait until the page shows this digit, sure or unsure."""
    expect(answer(page)).to_have_text(re.compile(rf"^{digit}\??$"), timeout=patience * 1000)


def is_read_as(page: Page, digit: int) -> bool:
    """Wait a while for the page to show this digit and return whether it did."""
    try:
        expect_digit(page, digit, patience=4)
    except AssertionError:
        return False
    return True


def ink(page: Page) -> int:
    """How many pixels of the canvas are black."""
    count: int = page.locator("canvas.dc-canvas.lower-canvas").evaluate(
        """(canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((level, place) => place % 4 === 0 && level < 128).length;
        }"""
    )
    return count


def clear(page: Page) -> None:
    """Press Clear and wait for the fresh canvas: the page's words and the ink on it go each in its own time."""
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Write one digit")).to_be_visible()
    for _ in range(100):
        if not ink(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("The canvas was not cleared.")


def keep(page: Page) -> Locator:
    """The button that keeps the one prediction on the page; its name ends with its key where it has one."""
    return page.get_by_role("button", name=re.compile(r"^Keep( Shortcut K)?$"))


def seen(page: Page) -> Locator:
    """The image of what the model saw."""
    return page.get_by_alt_text("The writing as the model saw it")


def undo(page: Page) -> None:
    """Press our Undo, not the canvas's own."""
    page.get_by_test_id("stBaseButton-secondary").filter(has_text="Undo").click()


def turn_to(page: Page, name: str) -> None:
    """Follow a link of the navigation, which a phone hides behind a button."""
    page.get_by_role("heading", level=1).first.wait_for()  # until then there is no menu either
    menu = page.get_by_test_id("stExpandSidebarButton")
    if menu.is_visible():
        menu.click()
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", level=1).filter(has_text=re.compile(name)).wait_for()


def kept_rows(page: Page) -> list[dict[str, Any]]:
    """Return the history as the API tells it, newest first."""
    # Tried again, as a browser would: the server may close an idle connection just as it is used once more.
    answer = page.request.get("/api/analytics/predictions?limit=1000", max_retries=3)
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def screenshot(page: Page, name: str) -> None:
    """Write an image of the page for the README, if a folder was named."""
    if SCREENSHOTS:
        page.mouse.move(2, page.viewport_size["height"] - 2 if page.viewport_size else 0)
        page.wait_for_timeout(1500)  # the pointer's shadows and the chart's bars come to rest
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def press_until(page: Page, key: str, words: str) -> None:
    """Press a key until the page shows these words: it listens to keys only a moment after it shows what they do."""
    press_for(page, key, lambda: expect(page.get_by_text(words)).to_be_visible(timeout=HEARD_WITHIN))


def press_for(page: Page, key: str, has_effect: Callable[[], None]) -> None:
    """Press a key until an expectation holds, which waits for `HEARD_WITHIN` itself."""
    for _ in range(4):
        page.keyboard.press(key)
        try:
            has_effect()
        except AssertionError:
            continue
        return
    raise AssertionError(f"The key {key} had no effect.")
