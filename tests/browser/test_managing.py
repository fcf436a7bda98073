"""Users and cleaning up, by clicks in a real browser."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hwr_core.settings import PROJECT, Settings
from tests.browser.hand import at_rest, saved_rows
from tests.own_history import live_through
from tests.serving import Server, serving

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a month of predictions of two users, which keeps predictions for a week."""
    folder = tmp_path_factory.mktemp("managed") / "data"
    live_through(Settings(data_dir=folder, models_dir=PROJECT / "models"), predictions=12)
    with serving(folder, HWR_KEEP_PREDICTIONS_DAYS="7", HWR_KEEP_UPLOADS_DAYS="7") as server:
        yield server


def users(page: Page) -> dict[str, int]:
    """The ids of all users by their names, as the API tells them."""
    rows: list[dict[str, Any]] = json.loads(page.request.get("/api/users", max_retries=3).text())["data"]
    return {row["username"]: row["id"] for row in rows}


def fill(page: Page, label: str, text: str, *, place: int = 0) -> None:
    """Write into a field as a user does, and leave it."""
    field = page.get_by_test_id("stMain").get_by_role("textbox", name=label, exact=True).nth(place)
    field.fill(text)
    field.press("Tab")


def test_a_user_comes_is_renamed_and_goes(visit: Visit) -> None:
    """Added and renamed by a form; deleted only once the name has been typed."""
    page = visit("/users")
    fill(page, "Name", "Grace", place=-1)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Grace was added.")).to_be_visible()
    number = users(page)["Grace"]
    at_rest(page)  # a page that is drawn again closes its lists
    page.get_by_test_id("stMain").get_by_role("combobox", name="User").click()
    page.get_by_role("option", name="Grace").click()
    expect(page.get_by_role("textbox", name="Name", exact=True).first).to_have_value("Grace")
    fill(page, "Name", "Grace H.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_test_id("stMain").get_by_role("combobox", name="User")).to_have_value("Grace H.")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Grace H. and all their predictions will be deleted.")).to_be_visible()
    assert users(page)["Grace H."] == number
    delete = dialog.get_by_role("button", name="Delete")
    expect(delete).to_be_disabled()
    dialog.get_by_role("textbox").fill("Grace H.")
    dialog.get_by_role("textbox").press("Enter")
    delete.click()
    expect(dialog).to_have_count(0)
    assert "Grace H." not in users(page)


def test_expired_data_is_deleted(visit: Visit) -> None:
    """First it is counted, and only the second button deletes it."""
    page = visit("/settings")
    before = len(saved_rows(page))
    page.get_by_role("button", name="Check for expired data").click()
    expect(page.get_by_text("Expired:")).to_be_visible()
    assert len(saved_rows(page)) == before
    page.get_by_role("button", name="Delete permanently").click()
    expect(page.get_by_text("Deleted:")).to_be_visible()
    assert 0 < len(saved_rows(page)) < before


def test_settings_tell_the_port_that_was_given(visit: Visit, server: Server) -> None:
    """The server was started with --port 0, and took a free one."""
    page = visit("/settings")
    table = page.locator("table[role=grid]").first
    expect(table).to_contain_text("HWR_PORT")
    expect(table.locator("tr", has_text="HWR_PORT")).to_contain_text(str(server.port))
