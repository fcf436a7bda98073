"""An experiment in a real browser: planned, started, looked at, stopped."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.hand import screenshot

Visit = Callable[..., Page]


def test_an_experiment_is_started_and_stopped(visit: Visit) -> None:
    """The dialog says what it takes before; the page says what was found, and a stop needs one more click."""
    page = visit("/experiments")
    page.get_by_role("button", name="New experiment").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("labelled predictions are needed")).to_be_visible()
    expect(dialog.get_by_role("button", name="Start")).to_be_disabled()
    dialog.get_by_label("Name").fill("Old against new")
    dialog.get_by_label("Name").press("Tab")
    expect(dialog.get_by_role("button", name="Start")).to_be_enabled()
    screenshot(page, "experiments-new")
    dialog.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Old against new")).to_be_visible()
    expect(page.get_by_text("Too early to tell")).to_be_visible()
    expect(page.get_by_role("button", name="New experiment")).to_be_disabled()
    screenshot(page, "experiments")
    page.get_by_role("button", name="Stop").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("We know enough.")
    dialog.get_by_label("Reason").press("Tab")
    dialog.get_by_role("button", name="Stop").click()
    expect(page.get_by_test_id("stCaptionContainer").filter(has_text="We know enough.")).to_be_visible()
    expect(page.get_by_role("button", name="New experiment")).to_be_enabled()
