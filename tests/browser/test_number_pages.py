"""The page of stored numbers in a real browser: they are listed, judged by keys, and have figures."""

from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.hand import screenshot
from tests.handwriting import number, png
from tests.serving import Server

Visit = Callable[..., Page]

TEXTS = ("3141", "2718", "1618")


@pytest.fixture(autouse=True)
def _numbers(server: Server) -> None:
    """Three numbers that were not accepted."""
    for text in TEXTS:
        file = {"file": (f"{text}.png", png(number(text)))}
        answer = requests.post(f"{server.url}/api/read-number", files=file, data={"max_error": "0.000001"}, timeout=60)
        assert answer.json()["text"] == text


def test_numbers_are_judged_by_keys(visit: Visit, server: Server) -> None:
    """Enter agrees, typing replaces, and the field keeps the keyboard from one number to the next."""
    page = visit("/numbers?view=Check")
    field = page.get_by_role("textbox", name="Enter agrees")
    count = page.get_by_text("to go.")
    before = int(count.inner_text().split()[-3])
    field.click()
    page.keyboard.press("Enter")
    expect(count).to_contain_text(f"{before - 1} to go.")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    expect(count).to_contain_text(f"{before - 2} to go.")
    screenshot(page, "numbers-check")
    judged = requests.get(f"{server.url}/api/numbers", params={"labelled": "any"}, timeout=60).json()["data"]
    assert sorted(each["correct_prediction"] for each in judged[:2]) == [False, True]
    assert "99" in [each["actual_text"] for each in judged]


def test_numbers_are_listed_with_figures(visit: Visit) -> None:
    """A selected row shows the number on its page; the figures say how many were right."""
    page = visit("/numbers")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.click(position={"x": 16, "y": 54})
    expect(page.get_by_text("What it really says")).to_be_visible()
    expect(page.get_by_test_id("stImage").first).to_be_visible()
    screenshot(page, "numbers")
    page.get_by_role("radio", name="Figures").click()
    expect(page.get_by_text("Accepted, wrong")).to_be_visible()
    screenshot(page, "numbers-figures")
