"""Markup in what a notebook shows, in a real browser: names, captions and notes are texts there too."""

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Browser

import hwr_core
from hwr_core.datasets.dataset import Dataset
from hwr_core.evaluation.evaluate import evaluations_of
from hwr_core.notebook.display import as_html
from hwr_core.registry.registry import Registry
from hwr_core.settings import load_settings
from tests.browser.test_markup import HOSTILE
from tests.handwriting import drawing


def _records() -> dict[str, object]:
    champion = Registry(load_settings().models_dir).champion()
    card = champion.card.model_copy(update={"how": HOSTILE, "architecture": HOSTILE})
    evaluation = next(iter(evaluations_of(champion).values()))
    groups = {HOSTILE: evaluation.figures.accuracy}
    found = hwr_core.read_number(drawing(7))
    return {
        "prediction": replace(hwr_core.read(drawing(7)), model_version=HOSTILE),
        "number": replace(found, model_version=HOSTILE, warnings=(HOSTILE,)),
        "line": replace(found, lines=tuple(replace(line, text=HOSTILE) for line in found.lines)),
        "version": replace(champion, folder=champion.folder.with_name(HOSTILE.replace("/", "")), card=card),
        "data set": Dataset(HOSTILE, HOSTILE, (drawing(7),), np.array([7], np.uint8)),
        "evaluation": evaluation.model_copy(
            update={
                "suite": HOSTILE,
                "about": HOSTILE,
                "figures": evaluation.figures.model_copy(update={"per_group": groups}),
            }
        ),
        "anything": [HOSTILE],
    }


@pytest.fixture(scope="module")
def records() -> dict[str, object]:
    """One of each kind, full of markup."""
    return _records()


@pytest.mark.parametrize("kind", ["prediction", "number", "line", "version", "data set", "evaluation", "anything"])
def test_markup_in_a_notebook_is_shown_as_text(browser: Browser, records: dict[str, object], kind: str) -> None:
    """No script runs, and what was written can be read."""
    page = browser.new_page()
    page.set_content(as_html(records[kind]))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.taken") is None
    assert page.locator("script, img[src='x']").count() == 0
    assert "onerror=" in page.inner_text("body")
    page.close()
