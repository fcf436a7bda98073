"""Where hwr comes from and what it is made of: the workflows of the forge, and the licences of what it needs."""

import re
from importlib.metadata import Distribution, distributions

import pytest
import yaml

from hwr_core.settings import PROJECT

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)
"""Licences that hwr, which is MIT, cannot need; the Lesser one (LGPL) of a library that is linked it can."""


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_read_and_nothing_else(file):
    """Actions are pinned by commit, no credential stays on the machine, and nothing runs for ever."""
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90
        assert "permissions" not in job
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
                assert step["with"]["persist-credentials"] is False


def test_the_forge_runs_what_any_new_machine_runs():
    """One command, so that a green mark means the same everywhere."""
    workflow = yaml.safe_load((PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]


def _licence(package: Distribution) -> str:
    about = package.metadata.json
    classifiers = [each for each in about.get("classifier", ()) if each.startswith("License ::")]
    stated = about.get("license_expression"), *classifiers, str(about.get("license", ""))[:200]
    return "; ".join(str(each) for each in stated if each)


def test_every_package_has_a_licence_that_an_mit_program_may_need():
    """By what each says of itself; one that says nothing has to be looked at before it is added here."""
    said_elsewhere = {"hwr", "namex"}  # ours; and one that Keras brings, whose repository says Apache-2.0
    packages = {each.metadata["Name"].lower(): _licence(each) for each in distributions()}
    assert [name for name, licence in packages.items() if not licence and name not in said_elsewhere] == []
    assert {name: licence for name, licence in packages.items() if COPYLEFT.search(licence)} == {}
