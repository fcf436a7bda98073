"""The real server and a real browser: pages are opened, drawn on and clicked as a user does."""

import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.serving import Server, serving

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESKTOP = ViewportSize(width=1280, height=800)
NARROW = 500
"""Pixels; what is narrower is a phone."""
PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
"""By which Streamlit knows a phone: there the menu closes when a page is chosen."""
PATIENCE = 60_000
"""Milliseconds until what is waited for counts as missing: a machine that tests is often a busy one."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark all tests of this folder: a browser takes its time."""
    item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("There is no chromium on this machine: these tests open the pages in one.")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server on a data folder of its own, for all tests here."""
    with serving(tmp_path_factory.mktemp("browser") / "data") as server:
        yield server


def _is_a_fault(message: ConsoleMessage) -> bool:
    """Tell errors from Streamlit's way of finding its server: a page opened by its address asks beside itself first."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open the dashboard in a fresh browser profile; any error in its console or on its pages fails the test."""
    faults: list[str] = []
    pages: list[Page] = []

    def open_page(
        path: str = "/draw", *, size: ViewportSize = DESKTOP, scheme: Literal["light", "dark"] = "light"
    ) -> Page:
        context = browser.new_context(
            base_url=server.url,
            viewport=size,
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            user_agent=PHONE_AGENT if size["width"] < NARROW else None,
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: faults.append(message.text) if _is_a_fault(message) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(path)
        pages.append(page)
        return page

    yield open_page
    faults += [box for page in pages for box in page.get_by_test_id("stException").all_inner_texts()]
    for page in pages:
        page.context.close()
    assert faults == []
