"""The Models page: what versions there are, and the way to promote one and back."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hwr_core.app.workspace import Workspace
from hwr_core.evaluation.evaluate import evaluate
from hwr_core.evaluation.suites import SUITES
from hwr_core.recognition.acceptance import FEATURES
from hwr_core.registry.card import Acceptance
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.training.acceptance import ReadLines, fit_acceptance
from tests.evaluation.conftest import worse_copy
from tests.own_models import copied_models, own_digits


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Model versions of this test's own, which the pages use."""
    registry = copied_models(tmp_path / "models")
    monkeypatch.setenv("HWR_MODELS_DIR", str(registry.folder))
    monkeypatch.delenv("HWR_DATASETS_DIR", raising=False)
    return registry


@pytest.fixture
def page(registry: Registry, app: AppTest) -> AppTest:
    """The dashboard, about to open on Models."""
    return app.switch_page("app_pages/models.py")


def measured(workspace: Workspace, *names: str) -> None:
    """Measure versions on images of one's own."""
    workspace.modelling.import_images(own_digits(20))
    for name in names:
        evaluate(workspace.modelling.registry.get(name), SUITES["custom"], workspace.modelling.places)


def test_the_version_that_reads_is_shown(page: AppTest, registry: Registry) -> None:
    """With what it learned from; before it is measured the page says how."""
    page.run()
    assert not page.exception
    assert page.subheader[0].value == registry.champion().name
    assert any("has not been evaluated yet" in each.value for each in page.info)


def _write_acceptance(version: ModelVersion, acceptance: Acceptance | None) -> None:
    """Write a version's card with another confidence of whole numbers, or none."""
    assert version.card.lines is not None
    lines = version.card.lines.model_copy(update={"acceptance": acceptance})
    card = version.card.model_copy(update={"lines": lines})
    (version.folder / "card.json").write_text(card.model_dump_json())


def test_what_is_accepted_of_whole_numbers_is_shown(page: AppTest, registry: Registry) -> None:
    """Of a version that has a model for it, in words and as a curve; of another one nothing."""
    champion = registry.champion()
    _write_acceptance(champion, None)
    page.session_state["models_tab"] = "Numbers"
    page.run()
    assert any("does not say which whole numbers" in each.value for each in page.caption)
    assert not any("may be wrong" in each.value for each in page.markdown)
    rng = np.random.default_rng(1)
    evidence = rng.normal(size=(1000, len(FEATURES)))
    read = ReadLines(evidence, rng.uniform(size=1000) < 1 / (1 + np.exp(-2 - 3 * evidence[:, 0])))
    _write_acceptance(champion, fit_acceptance(read, read))
    page.session_state["models_tab"] = "Numbers"
    page.run()
    assert not page.exception
    assert any("accepted where 5% may be wrong" in each.value for each in page.markdown)


def test_figures_and_differences_are_shown(page: AppTest, registry: Registry, workspace: Workspace) -> None:
    """A table of suites, charts, and the images on which two versions differ."""
    champion, worse = registry.champion().name, worse_copy(registry).name
    measured(workspace, champion, worse)
    page.query_params["version"] = worse
    page.run()
    assert not page.exception
    assert page.subheader[0].value == worse
    assert [each.value for each in page.subheader] == [worse]
    assert [tab.label for tab in page.tabs] == ["Evaluation", "Comparison", "Numbers", "Card and files", "Log"]
    assert any(each.key == "models_suite" for each in page.selectbox)
    assert not any(each.key == "models_other" for each in page.selectbox)  # made once somebody looks at it
    page.session_state["models_tab"] = "Comparison"
    page.run()
    assert any("Under each image" in each.value for each in page.caption)
    assert [each.value for each in page.selectbox if each.key == "models_difference"] == ["custom"]
    seen = len(page.image)
    page.toggle(key="models_originals").set_value(True).run()
    assert not page.exception
    assert len(page.image) == 2 * seen > 0


def test_what_speaks_against_a_promotion_is_shown_first(
    page: AppTest, registry: Registry, workspace: Workspace
) -> None:
    """The dialog names both versions, suite and figures, and its red button waits until somebody says why."""
    champion, worse = registry.champion().name, worse_copy(registry).name
    measured(workspace, champion, worse)
    page.query_params["version"] = worse
    page.run()
    page.button(key="models_promote").click().run()
    assert f"Serve **{worse}** instead of **{champion}**?" in [each.value for each in page.markdown]
    assert "It is worse on custom" in page.error[0].value
    gate = next(each.value for each in page.dataframe if "Served now" in each.value)
    assert [*gate["Result"]] == ["worse"]
    button = page.button(key="models_promote_confirmed")
    assert (button.disabled, button.label) == (True, ":red[Promote all the same]")
    assert registry.champion_name() == champion


def test_an_evaluation_is_started_from_the_page(page: AppTest, registry: Registry, workspace: Workspace) -> None:
    """One click, and the page turns to the job."""
    workspace.modelling.import_images(own_digits(4))
    page.run()
    page.button(key="models_evaluate").click().run()
    assert [job.config["versions"] for job in workspace.modelling.jobs.page()] == [[registry.champion().name]]


def test_an_unknown_version_is_told(page: AppTest) -> None:
    """An address of a version that is not there shows no other one in its place."""
    page.query_params["version"] = "20200101T000000Z-00000"
    page.run()
    assert "There is no model version '20200101T000000Z-00000'" in page.error[0].value
    assert not page.subheader
