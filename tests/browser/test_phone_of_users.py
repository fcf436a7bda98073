"""The page for phones where users sign in, and where another model version comes to serve."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hwr_core.app.workspace import Workspace
from hwr_core.records.roles import Role
from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings
from tests.browser.conftest import PATIENCE
from tests.browser.test_phone import PHONE, _installed, _write
from tests.handwriting import hand_made_strokes
from tests.serving import Server, serving

PASSWORD = "a fair few plain words"  # noqa: S105  of users who exist as long as a test
EARLIER = min(Registry(PROJECT / "models").names())


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


def _phone(browser: Browser, server: Server) -> BrowserContext:
    context = browser.new_context(base_url=server.url, **PHONE)
    context.set_default_timeout(PATIENCE)
    return context


def _sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#state")).to_contain_text("Read on this device by model")


def _mine(page: Page) -> list[int]:
    """The digits in the history of whoever is signed in."""
    rows = page.request.get("/api/analytics/predictions?limit=100", max_retries=3).json()["data"]
    return sorted(row["predicted_digit"] for row in rows)


def test_what_one_user_has_kept_is_not_sent_by_another(browser: Browser, signed_in_server: Server) -> None:
    """It waits until its user signs in again on this phone, and nobody else sees it."""
    phone = _phone(browser, signed_in_server)
    page = phone.new_page()
    page.goto("/m/")
    expect(page.locator("#state")).to_contain_text("Not signed in")
    page.get_by_role("link", name="Sign in").click()
    _sign_in(page, "Ada")
    page.close()

    page = _installed(phone)
    phone.set_offline(True)
    _write(page, hand_made_strokes(3))
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
    phone.close()


def test_a_new_model_is_used_from_the_next_start_and_named(browser: Browser, tmp_path: Path) -> None:
    """It is fetched while the earlier one reads on."""
    models = tmp_path / "models"
    served = Registry(PROJECT / "models").champion().name
    for name in (EARLIER, served):
        shutil.copytree(PROJECT / "models" / name, models / name)
    (models / CHAMPION).write_text(f"{EARLIER}\n", encoding="utf-8")
    with serving(tmp_path / "data", HWR_MODELS_DIR=str(models)) as server:
        phone = _phone(browser, server)
        page = _installed(phone)
        expect(page.locator("#state")).to_contain_text(EARLIER)
        (models / CHAMPION).write_text(f"{served}\n", encoding="utf-8")
        deadline = time.monotonic() + 60
        while page.request.get("/m/model.json", max_retries=3).json()["version"] != served:
            assert time.monotonic() < deadline
            page.wait_for_timeout(100)  # the server looks for a promotion every now and then
        page.reload()
        expect(page.locator("#state")).to_contain_text(EARLIER)
        expect(page.locator("#notice")).to_contain_text(f"Model {served} was fetched")
        page.reload()
        expect(page.locator("#state")).to_contain_text(served)
        expect(page.locator("#notice")).to_have_text(f"Now read by model {served}.")
        _write(page, hand_made_strokes(6))
        expect(page.locator("#digit")).to_have_text("6")
        phone.close()
