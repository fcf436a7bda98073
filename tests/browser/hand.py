"""A user's hand on the pages: writes, clears, turns to another page, looks. It waits for what is to be seen."""

import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from hwr_core.images.strokes import Strokes, place

SCREENSHOTS = os.environ.get("HWR_SCREENSHOTS")
"""Folder that images of the pages are written to, if set; read before the tests clean their environment."""

LOWER = "canvas.dc-canvas.lower-canvas"
"""The part of the canvas that holds what is drawn."""

COUNT_INK = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((level, place) => place % 4 === 0 && level < 128).length;
}"""

HAS_DRAWING = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.some((level, place) => place % 4 === 3 && level > 0);
}"""

FRAMES = 2_000
"""Frames within which what is waited for is drawn, or counts as missing."""

POINTS = 40
"""A stroke is drawn in about so many moves of the mouse."""

AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
"""The page while no run of its script is under way."""

IN_MOTION = "[data-stale=true], [data-testid=stSkeleton]"
"""Parts that are out of date, or not drawn yet."""


def at_rest(page: Page) -> None:
    """Wait until the page's script has ended and all of it is drawn: from then on it listens to mouse and keys."""
    page.locator(AT_REST).wait_for()
    page.wait_for_function(f"!document.querySelector('{IN_MOTION}')")
    next_frame(page)


def next_frame(page: Page) -> None:
    """Wait until the browser has drawn what it knows, and taken note of what has changed."""
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def canvas(page: Page) -> Locator:
    """The part of the canvas that takes the pen."""
    return page.locator("canvas.upper-canvas")


def write(page: Page, strokes: Strokes, *, fill: float = 0.7) -> None:
    """Draw strokes in small steps by the mouse, as wide or high as this share of the canvas is wide, in its middle."""
    canvas(page).wait_for()
    at_rest(page)
    box = canvas(page).bounding_box()
    assert box
    top = box["y"] + (box["height"] - box["width"]) / 2  # a wide sheet is less high
    for stroke in place(strokes, side=int(box["width"]), fill=fill):
        points = [(box["x"] + x, top + y) for x, y in stroke[:: max(1, len(stroke) // POINTS)].tolist()]
        page.mouse.move(*points[0])
        page.mouse.down()
        for x, y in points[1:]:
            page.mouse.move(x, y)
        page.mouse.up()


def answer(page: Page) -> Locator:
    """The large symbol of the prediction."""
    return page.get_by_test_id("stMain").get_by_test_id("stHtml").first


def expect_digit(page: Page, digit: int, *, patience: float = 60) -> None:
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
    count: int = page.locator(LOWER).evaluate(COUNT_INK)
    return count


def has_boxes(page: Page) -> None:
    """Wait until the boxes that the page begins with stand on its canvas: one drawn before is lost."""
    page.wait_for_function(HAS_DRAWING, arg=page.locator(LOWER).last.element_handle())


def clear(page: Page) -> None:
    """Press Clear and wait for the fresh canvas: the page's words and the ink on it go each in its own time."""
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Write one digit")).to_be_visible()
    for _ in range(FRAMES):
        if not ink(page):
            return
        next_frame(page)
    raise AssertionError("The canvas was not cleared.")


def save(page: Page) -> Locator:
    """The button that saves the one prediction on the page; its name ends with its key where it has one."""
    return page.get_by_role("button", name=re.compile(r"^Save( Shortcut S)?$"))


def seen(page: Page) -> Locator:
    """The image of what the model saw."""
    return page.get_by_alt_text("The digit as the model saw it")


def undo(page: Page) -> None:
    """Press our Undo, not the canvas's own."""
    page.get_by_test_id("stBaseButton-secondary").filter(
        has_text=re.compile("Undo")
    ).click()  # in this spelling no name of an icon


def turn_to(page: Page, name: str) -> None:
    """Follow a link of the navigation, which a phone hides behind a button."""
    page.get_by_role("heading", level=1).first.wait_for()  # until then there is no menu either
    menu = page.get_by_test_id("stExpandSidebarButton")
    if menu.is_visible():
        menu.click()
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", level=1).filter(has_text=re.compile(name)).wait_for()


def saved_rows(page: Page) -> list[dict[str, Any]]:
    """Return the history as the API tells it, newest first."""
    # Tried again, as a browser would: the server may close an idle connection just as it is used once more.
    answer = page.request.get("/api/analytics/predictions?limit=1000", max_retries=3)
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def screenshot(page: Page, name: str) -> None:
    """Write an image of the page for the README, if a folder was named."""
    if SCREENSHOTS:
        page.mouse.move(2, page.viewport_size["height"] - 2 if page.viewport_size else 0)
        at_rest(page)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", animations="disabled")


def press(page: Page, key: str, words: str) -> None:
    """Press a key once the page listens, and wait until the page shows these words."""
    at_rest(page)
    page.keyboard.press(key)
    expect(page.get_by_text(words)).to_be_visible()
