"""The container image is made of files that are there, and of the packages that pyproject.toml names."""

import subprocess
import sys
import tomllib
from fnmatch import fnmatch

import pytest

from hwr_core.settings import PROJECT


def _lines(name):
    return [line for line in (PROJECT / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def _requirements(*arguments):
    command = [sys.executable, ".ci/requirements", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_what_is_copied_is_there_and_let_in():
    """Each file that the Dockerfile takes from the checkout exists, and .dockerignore does not keep it out."""
    copied = [
        source
        for line in _lines("Dockerfile")
        if line.startswith("COPY ") and "--from=" not in line
        for source in line.split()[1:-1]
        if not source.startswith("--")
    ]
    let_in = [line[1:] for line in _lines(".dockerignore") if line.startswith("!")]
    assert {"hwr_core", "models", "asgi.py"} <= set(copied)
    assert [source for source in copied if not (PROJECT / source).exists()] == []
    assert [source for source in copied if not any(fnmatch(source, pattern) for pattern in let_in)] == []


def test_secrets_and_data_stay_outside():
    """Nothing is let in but what is named."""
    rules = _lines(".dockerignore")
    assert rules[0] == "*"
    assert not {"!.env", "!data", "!.git"} & set(rules)


def test_the_pip_that_installs_is_the_pinned_one():
    """An older one, as bases have it, takes no hashes from constraints. What is cut out is pip's pin alone."""
    [line] = [line for line in _lines("Dockerfile") if line.startswith("RUN sed ")]
    cut, _, install = line.removeprefix("RUN ").partition(" > pip.txt && ")
    pin = subprocess.run(["/bin/sh", "-c", cut], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert install == "python -m pip install -r pip.txt"
    first, *hashes = pin.splitlines()
    assert first.startswith("pip==")
    assert hashes
    assert all(each.strip().startswith("--hash=sha256:") for each in hashes)
    text = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert text.index("-r pip.txt") < text.index("-r requirements.txt")


def test_the_image_has_every_package_or_all_but_those_for_training():
    """What the Dockerfile installs is what pyproject.toml asks for."""
    about = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*about["build-system"]["requires"], "editables", *about["project"]["dependencies"]]
    assert _requirements() == asked
    for_training = _requirements("train")[len(asked) :]
    assert {need.split(">")[0] for need in for_training} == {
        "tensorflow-cpu",
        "tensorflow",
        "keras",
        "optuna",
        "sqlalchemy",
    }


@pytest.mark.parametrize("word", ["USER hwr", "HEALTHCHECK", "/health/ready", "VOLUME"])
def test_the_image_is_no_root_and_watches_itself(word):
    """It runs as a user of its own, keeps its data in volumes, and says whether it is well."""
    assert word in (PROJECT / "Dockerfile").read_text(encoding="utf-8")
