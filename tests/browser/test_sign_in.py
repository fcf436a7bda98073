"""Signing in, drawing, and signing out in a real browser, with and without scripts."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from api.auth.sign_in_page import STYLE
from hwr_core.app.workspace import Workspace
from hwr_core.auth.secrets import COOKIE
from hwr_core.records.roles import Role
from hwr_core.settings import PROJECT, Settings
from tests.browser.axe import faults_of
from tests.browser.hand import expect_digit, save, turn_to, write
from tests.handwriting import hand_made_strokes
from tests.provider import Provider, providing
from tests.serving import Server, serving

PASSWORD = "a fair few plain words"  # noqa: S105  of people who live as long as a test


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """An identity provider that knows Ada."""
    with providing() as provider:
        provider.know("ada-1", email="ada@example.org", email_verified=True)
        yield provider


@pytest.fixture(scope="module")
def unrestricted(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[Server]:
    """The real server with one viewer, on which people have to sign in, with a password or by the provider."""
    folder = tmp_path_factory.mktemp("browser-signed-in") / "data"
    with Workspace(Settings(data_dir=folder)) as workspace:
        ada = workspace.users.create("Ada", "ada@example.org").id
        workspace.access.set_password(ada, PASSWORD)
        workspace.access.set_role(ada, Role.VIEWER)
    secret = folder / "oidc-secret"
    secret.write_text("what the two share\n")
    by_provider = {"ISSUER": provider.url, "CLIENT_ID": "hwr", "CLIENT_SECRET_FILE": str(secret), "NAME": "Example ID"}
    with serving(folder, HWR_AUTH="required", **{f"HWR_OIDC_{k}": v for k, v in by_provider.items()}) as server:
        yield server


def _sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_user_signs_in_by_the_provider(browser: Browser, unrestricted: Server) -> None:
    """From a link to the button, to the provider, and back to the page that was wanted; no is no."""
    context = browser.new_context(base_url=unrestricted.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto("/history?digit=7")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_have_text("Example ID has refused the sign-in.")
    page.get_by_role("link", name="Sign in with Example ID").click()
    page.get_by_placeholder("sub").fill("ada-1")
    page.get_by_role("button", name="Authorize").click()
    expect(page).to_have_url(re.compile(r"/history\?digit=7"))
    expect(page.get_by_text("No predictions match")).to_be_visible()
    expect(page.get_by_text("Ada")).to_be_visible()
    assert {cookie["name"] for cookie in context.cookies()} >= {COOKIE}
    assert "hwr_sign_in" not in {cookie["name"] for cookie in context.cookies()}
    context.close()


def test_a_user_signs_in_draws_and_signs_out(browser: Browser, unrestricted: Server) -> None:
    """From a link to the form, which has no fault, to the page that was wanted, to a prediction, and out."""
    context = browser.new_context(base_url=unrestricted.url)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto("/history?digit=7")
    expect(page).to_have_url(re.compile("/sign-in"))
    _sign_in(page, "not the right words")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert faults_of(page) == ([], set())
    page.emulate_media(color_scheme="dark")
    assert faults_of(page) == ([], set())
    _sign_in(page)
    expect(page).to_have_url(re.compile(r"/history\?digit=7"))
    expect(page.get_by_text("No predictions match")).to_be_visible()
    expect(page.get_by_role("link", name="Models")).to_have_count(0)
    turn_to(page, "Draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_needs_no_script_and_fits_a_phone(browser: Browser, unrestricted: Server, scheme: str) -> None:
    """It works with scripts switched off, within 390 pixels, in the dashboard's colours."""
    context = browser.new_context(
        base_url=unrestricted.url,
        java_script_enabled=False,
        color_scheme=scheme,  # type: ignore[arg-type]  # one of two
        viewport={"width": 390, "height": 844},
    )
    page = context.new_page()
    page.goto("/sign-in")
    box = page.get_by_role("button", name="Sign in").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    _sign_in(page)
    expect(page).not_to_have_url(re.compile("/sign-in"))
    context.close()


def test_the_form_has_the_dashboards_colours() -> None:
    """Whoever changes the theme is reminded of the form."""
    config = tomllib.loads(Path(PROJECT, "dashboard", ".streamlit", "config.toml").read_text(encoding="utf-8"))
    for theme in ("light", "dark"):
        colours = config["theme"][theme]
        for name in ("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor", "borderColor"):
            assert colours[name] in STYLE
