"""Every mark of a chart leads to the predictions that it counts."""

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import at_rest, screenshot
from tests.serving import Server, serving

Visit = Callable[..., Page]

SPLIT = [
    ("/analytics?split=User", "Example Ada, .+"),
    ("/analytics?view=Accuracy&by=Source&split=User", "Example Ada, Source .+"),
    ("/analytics?view=Confidence&split=User", "Example Ada, Confidence .+"),
]
"""Views with a trace for each user, and what the rows of the last one are called."""

HEIGHT = "(bar) => bar.__data__.s"
"""Plotly's own figure of a bar that it has drawn."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, example_history: Path) -> Iterator[Server]:
    """A server on the example history."""
    folder = tmp_path_factory.mktemp("marks") / "data"
    shutil.copytree(example_history, folder)
    with serving(folder) as server:
        yield server


def counted(page: Page, words: str) -> int:
    """How many predictions the page says a mark counts."""
    line = page.get_by_test_id("stMarkdownContainer").filter(has_text=re.compile(rf"^{words}: \d"))
    expect(line).to_be_visible()
    [number] = re.findall(r": ([\d,]+)", line.inner_text())
    return int(number.replace(",", ""))


def height(bar: Locator) -> int:
    """The number that the chart itself shows by a bar."""
    return int(bar.evaluate(HEIGHT))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/analytics", r"\d+ \w+ 20\d\d"),
        ("/analytics?view=Accuracy&by=User", "User .+"),
        pytest.param("/analytics?view=Accuracy&by=Digit", "Digit .+", marks=pytest.mark.long),
        pytest.param("/analytics?view=Confidence", "Confidence .+", marks=pytest.mark.long),
        # The last bar stands for more than is chosen.
        ("/analytics?view=Confidence&confidence=50&confidence=98", "Confidence .+ to 98%"),
        ("/analytics?view=Mistakes", "Read as not a digit, .+"),
    ],
)
def test_a_mark_leads_to_its_predictions(visit: Visit, address: str, words: str) -> None:
    """One click shows the images, the second opens the history with as many rows, or brings them as a CSV file.

    As many are what a bar of the chart itself shows.
    """
    page = visit(address)
    at_rest(page)
    chart = page.locator(".js-plotly-plot").first
    mark = chart.locator(".point").last
    shown = None if "Mistakes" in address else height(mark)  # a cell of the matrix has no height
    mark.click(force=True)
    number = counted(page, words)
    assert shown in (None, number)
    expect(page.get_by_role("img", name="The uploaded image").first).to_be_visible()
    at_rest(page)
    screenshot(page, "analytics-mark")
    file = page.request.get(page.get_by_role("link", name="Download as CSV").first.get_attribute("href") or "")
    assert len([*csv.DictReader(io.StringIO(file.text()))]) == number
    page.get_by_role("button", name="Open in History").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    expect(page.get_by_text(re.compile(rf"\bof {number:,}, newest first"))).to_be_visible()


def test_the_same_mark_of_two_charts_is_shown_twice(visit: Visit) -> None:
    """A digit that was clicked in both charts of a view."""
    page = visit("/analytics?view=Accuracy&by=Digit")
    for place in range(2):
        at_rest(page)
        page.locator(".js-plotly-plot").nth(place).locator(".point").last.click(force=True)
        expect(page.get_by_role("button", name="Open in History")).to_have_count(place + 1)
    at_rest(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_marks_of_split_charts_lead_to_the_predictions_of_their_group(visit: Visit, server: Server) -> None:
    """Lines and bars alike: the history shows that user's alone."""
    page = visit("/analytics")
    for address, words in SPLIT:
        page.goto(address)
        at_rest(page)
        traces = page.locator(".js-plotly-plot").first.locator(".trace", has=page.locator(".point"))
        traces.last.locator(".point").last.click(force=True)
        number = counted(page, words)
        at_rest(page)
        file = page.request.get(page.get_by_role("link", name="Download as CSV").first.get_attribute("href") or "")
        rows = [*csv.DictReader(io.StringIO(file.text()))]
        assert len(rows) == number, address
        assert len({row["user_id"] for row in rows}) == 1
