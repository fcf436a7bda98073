"""The whole loop in a real browser: train, watch, cancel, finish, evaluate, promote, read, roll back."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from hwr_core.registry.registry import Registry
from tests.browser.hand import at_rest, expect_digit, save, saved_rows, screenshot, turn_to, write
from tests.handwriting import hand_made_strokes
from tests.own_models import copied_models, own_digits
from tests.serving import Server, serving

MINUTES = 60_000.0

SERVES = "async (name) => (await (await fetch('/api/model/status')).json()).model_version === name"
"""Whether the server reads with a version."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Model versions of this test's own."""
    return copied_models(tmp_path_factory.mktemp("loop") / "models")


@pytest.fixture(scope="module")
def server(registry: Registry) -> Iterator[Server]:
    """A server of its own, which has no data but what is uploaded."""
    folder = registry.folder.parent
    with serving(
        folder / "data", HWR_MODELS_DIR=str(registry.folder), HWR_DATASETS_DIR=str(folder / "datasets")
    ) as server:
        yield server


def answer(server: Server, path: str) -> dict[str, Any]:
    """Ask the API."""
    with urllib.request.urlopen(server.url + path) as response:  # noqa: S310  our own server
        body: dict[str, Any] = json.load(response)
    return body


def choose_view(page: Page, name: str) -> None:
    """Turn to a view of the Training page."""
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()


def add_images(page: Page) -> None:
    """Upload a ZIP of four hundred images."""
    page.get_by_text("Add your own images").click()
    archive = FilePayload(name="mine.zip", mimeType="application/zip", buffer=own_digits(40).getvalue())
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("button", name="Add images").click()
    expect(page.get_by_text("400 images added")).to_be_visible()


def start_training(page: Page, name: str, *, epochs: int) -> None:
    """Fill in the form, for few images of each data set, and start."""
    choose_view(page, "Train")
    for label, value in (("Epochs", str(epochs)), ("Images per data set", "300"), ("Name", name)):
        page.get_by_label(label, exact=True).fill(value)
        page.get_by_label(label, exact=True).press("Tab")
        at_rest(page)
    page.get_by_text("Start training").wait_for()
    at_rest(page)
    page.get_by_role("button", name="Start training").click()
    page.get_by_role("heading", name=re.compile(rf"^Training \d+: {name}$")).wait_for()


def add_notes(page: Page, text: str) -> None:
    """Say something of the job that is shown, which goes on refreshing itself below the dialog."""
    page.get_by_role("button", name="Notes").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Notes").fill(text)
    dialog.get_by_label("Notes").press("Tab")
    at_rest(page)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text(text)).to_be_visible()


def gate_is_open(server: Server, version: str) -> bool:
    """Whether nothing speaks against a promotion."""
    return bool(answer(server, f"/api/models/{version}/gate")["is_open"])


def confirm(page: Page, name: str, *, reason: str) -> None:
    """Say why in a dialog, and go through with it."""
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    field = dialog.get_by_label("Reason")
    field.fill(reason)
    field.press("Enter")
    button = dialog.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled()
    button.click()
    expect(dialog).to_be_hidden()


@pytest.mark.long
def test_the_whole_loop(visit: Callable[..., Page], server: Server, registry: Registry) -> None:
    """Own images are learned from, a training is cancelled, another one finished, and its version reads."""
    champion = registry.champion().name
    page = visit(size={"width": 1280, "height": 1400})
    turn_to(page, "Training")
    add_images(page)

    start_training(page, "Too long", epochs=60)
    expect(page.get_by_text(re.compile("Epoch 1 of 60"))).to_be_visible(timeout=4 * MINUTES)
    [job] = answer(server, "/api/jobs")["data"]
    assert "custom" in job["config"]["sources"]
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("strong", has_text="Cancelled")).to_be_visible(timeout=4 * MINUTES)

    start_training(page, "Short", epochs=6)
    curve = page.locator(".js-plotly-plot .scatterlayer .trace path.js-line").first
    curve.wait_for(state="attached", timeout=4 * MINUTES)
    first = curve.get_attribute("d")
    expect(curve).not_to_have_attribute("d", first or "", timeout=4 * MINUTES)
    add_notes(page, "With images of our own.")
    screenshot(page, "training")
    expect(page.get_by_text("New model version")).to_be_visible(timeout=10 * MINUTES)
    [newest, *_] = answer(server, "/api/jobs")["data"]
    made = newest["result"]["model_version"]

    page.get_by_role("link", name="View, compare or promote it").click()
    page.get_by_role("heading", name=made).wait_for()
    page.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Evaluation"))).to_be_visible()
    expect(page.locator("strong", has_text="Done")).to_be_visible(timeout=4 * MINUTES)

    page.goto(f"/models?version={made}")
    page.get_by_role("heading", name=made).wait_for()
    screenshot(page, "models")
    page.get_by_role("button", name="Promote", exact=True).click()
    confirm(page, "Promote" if gate_is_open(server, made) else "Promote all the same", reason="to see it read")
    expect(page.get_by_text(f"Now serving {made}")).to_be_visible()

    turn_to(page, "Draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)
    save(page).click()
    expect(page.get_by_text("Saved as prediction")).to_be_visible()
    assert saved_rows(page)[0]["model_version"] == made

    turn_to(page, "Models")
    page.get_by_role("button", name="Roll back").click()
    confirm(page, "Roll back", reason="enough seen")
    expect(page.get_by_text(f"Now serving {champion}")).to_be_visible()
    page.wait_for_function(SERVES, arg=champion)  # the page shows it at once, the server follows within two seconds
    assert Path(registry.folder / made).is_dir()
