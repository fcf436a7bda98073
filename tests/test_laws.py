"""What holds of the whole house at run time; who may import whom is checked by `make check`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hwr_core.evaluation.evaluate import FOLDER as EVALUATIONS
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import CARD, Registry
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

MIB = 1024 * 1024
MODELS = PROJECT / "models"
VERSIONS = sorted(folder.name for folder in MODELS.glob("[!.]*/"))
MACHINE_PATH = re.compile(rb"(?<![\w.>}-])/(home|root|work|Users)/\w+")

LIST_HEAVY = "import sys; print(*{'tensorflow', 'keras', 'optuna', 'authlib'} & set(sys.modules))"
READ_ONE = "from hwr_core.cli import main; main(['read', 'digit.png', '--record'])"


def _run(source: str, folder: Path) -> list[str]:
    """Run Python source in a folder that is working folder and home and holds the data; return the lines it prints."""
    environment = os.environ | {"HOME": str(folder), "HWR_DATA_DIR": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("module", ["hwr_core", "hwr_core.cli", "hwr_core.app.workspace", "api", "api.app", "asgi"])
def test_importing_loads_neither_tensorflow_nor_authlib_and_makes_no_file(module, tmp_path):
    """Nothing happens at import, and nothing heavy comes along."""
    assert _run(f"import {module}; {LIST_HEAVY}", tmp_path) == [""]
    assert list(tmp_path.iterdir()) == []


def test_prediction_and_keeping_a_digit_loads_no_tensorflow(tmp_path):
    """From image file to history row without TensorFlow."""
    (tmp_path / "digit.png").write_bytes(png(drawing(3)))

    said, heavy = _run(f"{READ_ONE}; {LIST_HEAVY}", tmp_path)

    assert said.startswith("digit.png: 3 ")
    assert heavy == ""
    assert (tmp_path / "data" / "hwr.duckdb").is_file()


@pytest.mark.slow
@pytest.mark.long
def test_training_does_load_tensorflow(tmp_path):
    """The two tests above would notice: where TensorFlow is wanted, it is seen."""
    (heavy,) = _run(f"import hwr_core.training.architectures; {LIST_HEAVY}", tmp_path)

    assert "keras" in heavy


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_in_the_guide(field):
    """Whoever may set a variable can read what it does."""
    guide = (PROJECT / "deploy" / "README.md").read_text(encoding="utf-8")

    assert f"`HWR_{field.upper()}`" in guide


def test_the_readme_is_short_and_leads_to_every_guide():
    """A stranger reads it to the end; what it leaves out is one step away."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    guides = {str(file.relative_to(PROJECT)) for file in PROJECT.glob("[!.]*/**/README.md")}
    guides = {guide for guide in guides if "node_modules" not in guide}

    assert len(readme.splitlines()) <= 200
    assert {guide for guide in guides - {"data/README.md", "models/README.md"} if f"({guide})" not in readme} == set()


def test_no_file_names_a_folder_of_one_machine():
    """A checkout works wherever it lies."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, capture_output=True, check=True).stdout.decode().split("\0")
    files = [file for name in names if name and (file := PROJECT / name).is_file()]

    found = {f"{file}: {match[0].decode()}" for file in files if (match := _machine_path(file))}

    assert files
    assert found == set()


def _machine_path(file: Path) -> re.Match[bytes] | None:
    content = file.read_bytes()
    return None if b"\0" in content else MACHINE_PATH.search(content)


def test_a_folder_of_one_machine_would_be_found(tmp_path):
    """The search above finds what it searches for."""
    file = tmp_path / "settings.toml"
    file.write_text(f'data = "{Path("/", "home", "somebody")}"')

    assert _machine_path(file)


@pytest.mark.parametrize("name", VERSIONS)
def test_shipped_version_is_small_and_as_published(name):
    """A version in the repository is under 16 MB and holds the files of its card, unchanged, and what it is worth.

    That is three networks, of digits, lines and pages, each to be served and to be trained on.
    """
    version = Registry(MODELS).get(name)
    there = {file.name for file in version.folder.iterdir()}

    size = sum(len(version.read_file(file)) for file in version.card.files)  # raises for a hash that differs

    assert there == {CARD, EVALUATIONS, *version.card.files}
    assert size < 16 * MIB


def test_shipped_champion_loads():
    """A fresh checkout can read."""
    champion = Registry(MODELS).champion()

    recogniser = Recogniser.load(champion)
    recogniser.close()

    assert recogniser.version == champion.name
