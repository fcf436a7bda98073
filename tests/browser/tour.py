"""Takes the pictures of the tour and most of the guides anew, from the example history in a real browser.

Not taken here: data.png, upload-labels.png and settings-keys.png.

Run it: make tour (ARGS="--only review,home" for some of them). It promotes on a copy of two versions, and starts a
short training, which takes some minutes. HWR_DATASETS_DIR has to name the data sets, on which versions are compared;
no other setting counts, so that nothing is written into a history, a bucket or a models folder of somebody's own.
"""

import argparse
import io
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect, sync_playwright

from hwr_core.app.workspace import Workspace
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings, load_settings
from tests import made_forms
from tests.browser.conftest import ARGUMENTS, DESKTOP, PATIENCE
from tests.browser.hand import at_rest, expect_digit, write
from tests.browser.test_forms import draw, payload
from tests.handwriting import hand_made_strokes, number, png
from tests.serving import serving

SCREENSHOTS = PROJECT / "dashboard" / "screenshots"
TRAINING = {
    "epochs": 12,
    "config": {"limit": 300, "sources": ["corrections", "rare-shapes", "font-characters", "noise"]},
}
"""Short, on few images: a picture, not a model."""
TRAINS_WITHIN = 600_000.0
"""Milliseconds for the first epochs on a busy machine."""


def main() -> None:
    """Serve the example history, take the pictures one after another, and write them beside the guide."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help=f"some of {', '.join(PICTURES)}")
    parser.add_argument("--folder", type=Path, default=SCREENSHOTS, help="where the pictures go")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [*PICTURES]
    if unknown := {*wanted} - {*PICTURES}:
        parser.error(f"There is no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}.")
    expect.set_options(timeout=PATIENCE)
    options.folder = options.folder.resolve()
    # The last picture is one of a training that runs: its process may write for a moment after the server has ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary, sync_playwright() as known:
        _forget_settings(Path(temporary))
        settings = _example(Path(temporary))
        browser = known.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        with serving(settings.data_dir, HWR_MODELS_DIR=str(settings.models_dir)) as server:
            for name in wanted:
                page = browser.new_page(
                    base_url=server.url, viewport=DESKTOP, timezone_id="Europe/Berlin", locale="en-GB"
                )
                page.set_default_timeout(PATIENCE)
                PICTURES[name](page)
                _keep(page, options.folder / f"{name}.png")
                page.close()
        browser.close()


def _forget_settings(folder: Path) -> None:
    """Keep of the environment and of a `.env` in the current folder only where data sets lie."""
    datasets = load_settings().datasets.resolve()
    for name in [name for name in os.environ if name.upper().startswith("HWR_")]:
        del os.environ[name]
    os.environ["HWR_DATASETS_DIR"] = str(datasets)
    os.chdir(folder)


def _example(folder: Path) -> Settings:
    """Make the example history, read by the version before the newest, which waits as its challenger."""
    models = folder / "models"
    *_, before, newest = sorted(each.name for each in Registry(PROJECT / "models").versions())
    for name in (before, newest):
        shutil.copytree(PROJECT / "models" / name, models / name)
    registry = Registry(models)
    registry.serve(registry.get(before))
    settings = Settings(data_dir=folder / "data", models_dir=models)
    with Workspace(settings) as workspace:
        workspace.examples.load()
        workspace.modelling.challenge(newest, reason="newly trained")
    return settings


def _keep(page: Page, file: Path) -> None:
    """Write the page as a picture without what says nothing in it, once nothing moves on it any longer."""
    page.mouse.move(2, DESKTOP["height"] - 2)
    at_rest(page)
    Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB").save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size:,} bytes", flush=True)


def _draw(page: Page) -> None:
    page.goto("/draw")
    write(page, hand_made_strokes(7))
    expect_digit(page, 7)


def _draw_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto("/draw")
    write(page, hand_made_strokes(3))
    expect_digit(page, 3)


def _upload(page: Page) -> None:
    page.goto("/upload")
    page.get_by_role("button", name="Try all examples").click()
    expect(page.get_by_text("labelled, example")).to_be_visible()


def _upload_numbers(page: Page) -> None:
    page.goto("/upload")
    page.get_by_role("radio", name="Numbers").click()
    expect(page.get_by_role("button", name="A number")).to_be_visible()
    at_rest(page)
    sheet = np.vstack([number("271828"), number("314159"), number("577215")])
    file = FilePayload(name="sheet.png", mimeType="image/png", buffer=png(sheet))
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])
    expect(page.get_by_test_id("stImage")).to_be_visible()


def _forms(page: Page) -> None:
    page.goto("/forms")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([payload("empty.png", made_forms.empty())])
    sheet = page.locator("canvas").last
    for place, each in enumerate(made_forms.FIELDS, start=1):
        draw(page, sheet, each, place)
    sheet.scroll_into_view_if_needed()


def _review(page: Page) -> None:
    page.goto("/review")
    page.get_by_role("button", name="Agree:").wait_for()


def _home(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Everything is working.")).to_be_visible()
    page.locator("[data-testid=stMetricChart] svg").nth(1).wait_for()  # drawn last of all


def _analytics(page: Page) -> None:
    page.goto("/analytics")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()


def _mistakes(page: Page) -> None:
    page.goto("/analytics?view=Mistakes")
    page.locator(".js-plotly-plot .point").first.wait_for()
    at_rest(page)
    page.get_by_role("heading", name="Which digits are confused?").evaluate("(heading) => heading.scrollIntoView()")


def _training(page: Page) -> None:
    answer = page.request.post("/api/train", data=TRAINING)
    assert answer.ok, answer.text()
    started = answer.json()
    page.goto(f"/training?job={started['job_id']}")
    curve = page.locator(".js-plotly-plot .scatterlayer .trace path.js-line").nth(1)  # of the second epoch on
    curve.wait_for(state="attached", timeout=TRAINS_WITHIN)


def _models(page: Page) -> None:
    page.goto("/models")
    page.get_by_role("tab", name="Evaluation").wait_for()


def _promote(page: Page) -> None:
    newest = page.request.get("/api/models").json()["data"][0]["version"]
    page.goto(f"/models?version={newest}")
    page.get_by_role("button", name="Promote", exact=True).click()
    _say_why(page, "no worse on any suite")


def _roll_back(page: Page) -> None:
    newest = page.request.get("/api/models").json()["data"][0]["version"]
    page.request.post(f"/api/models/{newest}/promote", data={"reason": "no worse on any suite", "force": True})
    page.goto("/models")
    expect(page.get_by_text(f"Now serving {newest}")).to_be_visible()
    page.get_by_role("button", name="Roll back").click()
    _say_why(page, "to look into two odd answers")


def _say_why(page: Page, reason: str) -> None:
    field = page.get_by_role("dialog").get_by_label("Reason")
    field.fill(reason)
    field.press("Enter")


PICTURES: dict[str, Callable[[Page], None]] = {
    "draw-light": _draw,
    "draw-dark": _draw_dark,
    "upload-examples": _upload,
    "upload-numbers": _upload_numbers,
    "forms": _forms,
    "review": _review,
    "home": _home,
    "analytics": _analytics,
    "mistakes": _mistakes,
    "models": _models,
    "promote": _promote,
    "roll-back": _roll_back,
    "training": _training,
}
"""What is done for each picture, in this order: the training last, since it has all cores."""


if __name__ == "__main__":
    main()
