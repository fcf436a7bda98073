"""Where hwr comes from and what it is made of: the workflows of the forge, and the licences of what it needs."""

import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from zipfile import ZipFile

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


def test_every_package_is_pinned_with_hashes():
    """A file that somebody put in the place of a release is not installed."""
    pins = re.split(r"\n(?=[a-z0-9])", (PROJECT / "constraints.txt").read_text(encoding="utf-8"))[1:]
    assert len(pins) > 150
    assert [pin for pin in pins if not re.match(r"[\w.-]+==\S+( ;.*?)? \\\n.*--hash=sha256:[0-9a-f]{64}", pin)] == []


def test_a_file_with_another_hash_is_refused(tmp_path):
    """By pip itself, as it is called in the Makefile and the Dockerfile."""
    (tmp_path / "constraints.txt").write_text(f"hwr-wheel==1.0 --hash=sha256:{'0' * 64}\n")
    with ZipFile(tmp_path / "hwr_wheel-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("hwr_wheel-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: hwr-wheel\nVersion: 1.0\n")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", "--find-links", "."]
    done = subprocess.run(
        [*command, "--constraint", "constraints.txt", "hwr-wheel"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr


def test_the_image_is_built_on_one_base_by_its_digest():
    """A tag may be moved."""
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^ARG BASE=python:[\w.-]+@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"$BASE"}


def _licence(package: Distribution) -> str:
    about = package.metadata.json
    classifiers = [each for each in about.get("classifier", ()) if each.startswith("License ::")]
    stated = about.get("license_expression"), *classifiers, str(about.get("license", ""))[:200]
    return "; ".join(str(each) for each in stated if each)


def test_every_package_has_a_licence_that_an_mit_program_may_need():
    """By what each says of itself; one that says nothing has to be looked at before it is added here."""
    said_elsewhere = {
        "hwr",  # ours
        "namex",  # which Keras brings: its repository says Apache-2.0
        "axe-playwright-python",  # for tests: its file LICENSE says MIT, the axe-core in it MPL-2.0
    }
    packages = {each.metadata["Name"].lower(): _licence(each) for each in distributions()}
    assert [name for name, licence in packages.items() if not licence and name not in said_elsewhere] == []
    assert {name: licence for name, licence in packages.items() if COPYLEFT.search(licence)} == {}
