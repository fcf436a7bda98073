"""The page for phones where users sign in: nobody sees or sends what another keeps."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hwr_core.app.workspace import Workspace
from hwr_core.records.roles import Role
from hwr_core.settings import Settings
from tests.browser.phone.hand import installed, write
from tests.handwriting import hand_made_strokes
from tests.serving import Server, serving

PASSWORD = "a fair few plain words"  # noqa: S105  of users who exist as long as a test


@pytest.fixture(scope="module")
def signed_in_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which Ada and Bob sign in."""
    folder = tmp_path_factory.mktemp("phone-signed-in") / "data"
    with Workspace(Settings(data_dir=folder)) as workspace:
        for name in ("Ada", "Bob"):
            user_id = workspace.users.create(name).id
            workspace.access.set_password(user_id, PASSWORD)
            workspace.access.set_role(user_id, Role.VIEWER)
    with serving(folder, HWR_AUTH="required") as server:
        yield server


def _sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#state")).to_contain_text("Read on this device by model")


def _mine(page: Page) -> list[int]:
    """The digits in the history of whoever is signed in."""
    rows = page.request.get("/api/analytics/predictions?limit=100", max_retries=3).json()["data"]
    return sorted(row["predicted_digit"] for row in rows)


def test_what_one_user_has_kept_is_not_sent_by_another(
    new_phone: Callable[..., BrowserContext], signed_in_server: Server
) -> None:
    """It waits until its user signs in again on this phone, and nobody else sees it."""
    phone = new_phone(signed_in_server.url)
    page = phone.new_page()
    page.goto("/m/")
    expect(page.locator("#state")).to_contain_text("Not signed in")
    page.get_by_role("link", name="Sign in").click()
    _sign_in(page, "Ada")
    page.close()

    page = installed(phone)
    phone.set_offline(True)
    write(page, hand_made_strokes(3))
    expect(page.locator("#digit")).to_have_text("3")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#waiting")).to_contain_text("1 to be sent")
    phone.clear_cookies()  # as when the session has ended
    phone.set_offline(False)
    expect(page.locator("#waiting")).to_contain_text("once you sign in")

    page.get_by_role("link", name="Sign in").click()
    _sign_in(page, "Bob")
    expect(page.locator("#waiting")).to_contain_text("1 of another user")
    expect(page.locator("#history li")).to_have_count(0)
    assert _mine(page) == []

    phone.clear_cookies()
    page.goto("/sign-in?next=/m/")
    _sign_in(page, "Ada")
    expect(page.locator("#waiting")).to_be_empty()
    assert _mine(page) == [3]
