"""Every page in a real browser, on a desktop and on a phone, in light and in dark: whole, in words, without a fault."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from hwr_core.settings import PROJECT, Settings
from tests.browser.axe import EXEMPTIONS, Exemption, faults_of
from tests.browser.conftest import DESKTOP
from tests.browser.hand import at_rest, screenshot, turn_to
from tests.own_history import live_through
from tests.serving import Server, serving

Visit = Callable[..., Page]

PHONE = ViewportSize(width=390, height=844)
PAGES = (
    "Home",
    "Draw",
    "Upload",
    "Forms",
    "History",
    "Numbers",
    "Analytics",
    "Data",
    "Review",
    "Training",
    "Models",
    "Users",
    "Settings",
)
"""As the navigation names them."""

INSPECTED = ((DESKTOP, "light"), (PHONE, "dark"))
"""Where axe looks at the pages: each width and each scheme once."""

NAMELESS = """
    () => [...document.querySelectorAll('[data-testid=stMain] img:not([alt]), [data-testid=stMain] button')]
        .filter((one) => one.checkVisibility() && !one.alt && !(one.innerText || one.ariaLabel || one.title).trim())
        .map((one) => one.outerHTML.slice(0, 500))
"""
"""What is to be seen and pressed, and has no words for who cannot see it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has been used for a month."""
    folder = tmp_path_factory.mktemp("lived-in") / "data"
    live_through(Settings(data_dir=folder, models_dir=PROJECT / "models"))
    with serving(folder) as server:
        yield server


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (DESKTOP, "light"),
        (PHONE, "dark"),
        pytest.param(DESKTOP, "dark", marks=pytest.mark.long),
        pytest.param(PHONE, "light", marks=pytest.mark.long),
    ],
    ids=["desktop-light", "phone-dark", "desktop-dark", "phone-light"],
)
def test_every_page_is_whole(visit: Visit, size: ViewportSize, scheme: Literal["light", "dark"]) -> None:
    """Each opens from the navigation, fits the screen's width, has words for what is seen and pressed, and no fault."""
    page, needed = visit("/", size=size, scheme=scheme), set[Exemption]()
    for name in PAGES:
        turn_to(page, name)
        at_rest(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], f"{name} is too wide"
        assert page.evaluate(NAMELESS) == [], f"{name} has parts without words"
        if (size, scheme) in INSPECTED:
            faults, exempted = faults_of(page)
            assert faults == [], f"{name} is not for everybody"
            needed |= exempted
        screenshot(page, f"{name.lower()}-{'desktop' if size == DESKTOP else 'phone'}-{scheme}")
    if (size, scheme) in INSPECTED:
        assert {*EXEMPTIONS} - needed == set(), "Streamlit has mended this: it needs no exemption any longer"


def test_models_lead_to_experiments(visit: Visit) -> None:
    """And back."""
    page = visit("/models")
    page.get_by_test_id("stMain").get_by_role("link", name="Experiments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Experiments")
    page.get_by_test_id("stMain").get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")


def test_home_leads_to_what_needs_attention(visit: Visit) -> None:
    """Home tells of the unsure predictions of the last week, and its link opens Review."""
    page = visit("/")
    expect(page.get_by_text("Everything is working.")).to_be_visible()
    expect(page.get_by_text("Read today")).to_be_visible()
    page.get_by_role("link", name="Review").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review")


def test_home_leads_to_the_canvas(visit: Visit) -> None:
    """The first button is the one most people came for."""
    page = visit("/")
    page.get_by_role("button", name="Draw a digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Draw"))
