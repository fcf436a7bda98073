"""Markup in what users write, on the pages of a real browser: it is shown as it is, and nothing of it runs."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import requests
from playwright.sync_api import FilePayload, Page, expect

from hwr_core.app.workspace import Workspace
from hwr_core.records.forms import FormField
from hwr_core.settings import Settings
from tests import made_forms
from tests.browser.hand import at_rest, turn_to
from tests.handwriting import drawing, png
from tests.own_models import copied_models
from tests.serving import Server, serving

Visit = Callable[..., Page]

SCRIPT = "<img src=x onerror=\"window.taken='yes'\"><script>window.taken='yes'</script>"
LINK = "[link](javascript:window.taken='yes') ![seen](https://evil.example/seen.png) :red[red] **bold** $x^2$"
HOSTILE = f"{SCRIPT} {LINK}"
READING = ("Home", "Draw", "Upload", "Forms", "History", "Numbers", "Analytics", "Data")
PAGES = (*READING, "Review", "Training", "Models", "Users", "Settings")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in which file names, comments and a reason are full of markup."""
    folder = tmp_path_factory.mktemp("markup")
    models = copied_models(folder / "models")
    settings = Settings(data_dir=folder / "data", models_dir=models.folder)
    champion = models.champion()
    files = {name: champion.read_file(name) for name in champion.card.files}
    another = models.publish(champion.card.model_copy(update={"created_at": datetime.now(UTC)}), files)
    with Workspace(settings) as workspace:
        workspace.users.create("O'Brien, Jr. (lab/2) & co", "john")
        workspace.modelling.challenge(another.name, reason=HOSTILE)
        names = [LINK[:100], SCRIPT[:100]]
        fields = [FormField(name, each.box) for name, each in zip(names, made_forms.FIELDS, strict=False)]
        form = workspace.add_form(LINK[:100], png(made_forms.empty()), fields)
        scan = png(made_forms.drawn(made_forms.values(np.random.default_rng(1))))
        workspace.read_forms(form.id, [(f"{HOSTILE}.png", scan)])
    with serving(settings.data_dir, HWR_MODELS_DIR=str(settings.models_dir)) as server:
        _fill(server)
        yield server


def _fill(server: Server) -> None:
    for digit in range(4):
        files = {"file": (f"{HOSTILE}{digit}.png", png(drawing(digit)))}
        answer = requests.post(f"{server.url}/api/predict-upload", files=files, timeout=60)
        sent: dict[str, Any] = {"prediction_id": answer.json()["prediction_id"], "actual_digit": 5, "comments": HOSTILE}
        assert requests.post(f"{server.url}/api/feedback", json=sent, timeout=60).status_code == 200


def _confirm_nothing_ran(page: Page, foreign: list[str]) -> None:
    assert page.evaluate("window.taken") is None
    assert page.locator("a[href^='javascript:'], img[src='x'], img[src*='evil.example']").count() == 0
    assert foreign == []


def test_markup_runs_on_no_page(visit: Visit, server: Server) -> None:
    """Each page is opened, a prediction with all its details too: no script, no link, no request to elsewhere."""
    page, foreign = visit("/"), []
    page.on("request", lambda request: foreign.append(request.url) if "evil.example" in request.url else None)
    page.on("dialog", lambda dialog: foreign.append(dialog.message))
    for name in PAGES:
        turn_to(page, name)
        at_rest(page)
        _confirm_nothing_ran(page, foreign)
    page.goto("/history?prediction=1")
    at_rest(page)
    _confirm_nothing_ran(page, foreign)


def test_markup_in_forms_runs_neither(visit: Visit) -> None:
    """In the names of a form, of its fields, and of files of which one is no scan of it."""
    page, foreign = visit("/forms"), []
    page.on("request", lambda request: foreign.append(request.url) if "evil.example" in request.url else None)
    scan = made_forms.drawn(made_forms.values(np.random.default_rng(2)))
    blank = np.full((600, 400), 255, np.uint8)
    files = [FilePayload(name=f"{LINK}.png", mimeType="image/png", buffer=png(image)) for image in (scan, blank)]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files)
    page.get_by_role("button", name="Read the scans").click()
    expect(page.get_by_text("Check these")).to_be_visible()
    expect(page.get_by_text("Hardly anything is to be seen")).to_be_visible()
    at_rest(page)
    _confirm_nothing_ran(page, foreign)


def test_what_an_address_says_is_shown_as_it_is(visit: Visit) -> None:
    """A link may ask for any user: the warning repeats the name, signs and all, and makes no markup of it."""
    page = visit(f"/draw?user={quote(LINK)}")
    expect(page.get_by_text("There is no active user")).to_contain_text("**bold** $x^2$")
    assert page.evaluate("window.taken") is None
    # An address that is written out becomes a link to what it says, which is all right.
    expect(page.get_by_text("There is no active user").locator("a[href^=javascript], strong, img")).to_have_count(0)


def test_a_hostile_file_name_is_shown_as_it_is(visit: Visit) -> None:
    """On Upload, for a file that is read and for one that is none."""
    page = visit("/upload")
    name = "**bold** :red[x] <b>y</b>.png"
    read = FilePayload(name=name, mimeType="image/png", buffer=png(drawing(3)))
    unreadable = FilePayload(name=f"no {name}", mimeType="image/png", buffer=b"no image")
    page.locator("input[type=file]").first.set_input_files([read, unreadable])
    expect(page.get_by_text("This is not an image").first).to_be_visible()
    assert page.locator("[data-testid=stMain] b").count() == 0
    assert page.evaluate("window.taken") is None
