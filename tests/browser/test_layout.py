"""How pages lie on a wide screen and on a phone: width used, nothing cut off, what matters in sight."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.hand import at_rest
from tests.serving import Server, serving

Visit = Callable[..., Page]

WIDE = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
WORTHWHILE = 900
"""Pixels of a page's content on the wide screen; a centred page has 704."""

CUT_OFF = """[...document.querySelectorAll("[data-testid=stMetricValue], [data-testid=stMetricLabel]")]
    .flatMap((metric) => [metric, ...metric.querySelectorAll("*")])
    .filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === "hidden")
    .map((part) => part.textContent)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, example_history: Path) -> Iterator[Server]:
    """A server on the example history."""
    folder = tmp_path_factory.mktemp("layout") / "data"
    shutil.copytree(example_history, folder)
    with serving(folder) as server:
        yield server


def bottom(page: Page, name: str) -> float:
    """How far down a button ends."""
    box = page.get_by_role("button", name=name).first.bounding_box()
    assert box
    return box["y"] + box["height"]


@pytest.mark.parametrize("path", ["/history", "/models", "/review", "/analytics"])
def test_pages_of_tables_take_the_width_there_is(visit: Visit, path: str) -> None:
    """And none of their figures is cut off."""
    page = visit(path, size=WIDE)
    at_rest(page)
    box = page.get_by_test_id("stMainBlockContainer").locator("> *").first.bounding_box()
    assert box
    assert box["width"] >= WORTHWHILE
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("path", ["/", "/analytics", "/models"])
def test_no_figure_is_cut_off_on_a_narrow_desktop(visit: Visit, path: str) -> None:
    """Where the sidebar leaves the least room."""
    page = visit(path, size=ViewportSize(width=1024, height=768))
    at_rest(page)
    assert page.evaluate(CUT_OFF) == []


def test_the_name_stands_in_the_sidebar(visit: Visit) -> None:
    """With the sign of the application, which is a file of ours."""
    page = visit("/history")
    logo = page.get_by_test_id("stSidebarLogo")
    expect(logo).to_be_visible()
    page.wait_for_function("document.querySelector('[data-testid=stSidebarLogo]').naturalWidth > 0")


def test_a_phone_shows_answer_and_buttons_at_once(visit: Visit) -> None:
    """The title begins at the top, and to label a prediction nobody has to scroll."""
    page = visit("/review", size=PHONE)
    at_rest(page)
    title = page.get_by_role("heading", level=1).bounding_box()
    assert title
    assert title["y"] < 90
    assert bottom(page, "Not a digit") < PHONE["height"]


def test_keys_are_named_only_where_there_are_keys(browser: Browser, visit: Visit, server: Server) -> None:
    """A device without a keyboard or mouse says nothing of them, and digits stand on their buttons."""
    page = visit("/review")
    at_rest(page)
    expect(page.locator("kbd", has_text="Enter").first).to_be_visible()
    context = browser.new_context(base_url=server.url, viewport=PHONE, has_touch=True, is_mobile=True)
    touched = context.new_page()
    touched.goto("/review")
    expect(touched.get_by_role("button", name="7", exact=True)).to_be_visible()
    at_rest(touched)
    expect(touched.locator("kbd:visible")).to_have_count(0)
    expect(touched.get_by_text("Keys:")).to_be_hidden()
    context.close()


def test_no_frame_surrounds_the_page_after_a_key(visit: Visit) -> None:
    """Streamlit gives the focus to all of the page, which is no control."""
    page = visit("/review")
    at_rest(page)
    page.keyboard.press("Tab")
    page.get_by_test_id("stMain").focus()
    page.keyboard.press("ArrowDown")
    style = page.get_by_test_id("stMain").evaluate("(main) => getComputedStyle(main)['outline-style']")
    assert style == "none"
