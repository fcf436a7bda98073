"""Every notebook runs from top to bottom at a reduced size, uses public names only, and has no outputs in git."""

import ast
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from hwr_core.settings import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
CELL_SECONDS = 300

NEED_DATA = ("01-data", "03-train", "05-tune", "09-scripts")
"""Those that need real handwriting; the others draw what they need."""

TRAIN = ("03-train", "05-tune", "06-history")
"""Notebooks that train: `make test-all` alone runs them."""

LONG = [pytest.mark.slow, pytest.mark.long]

SCIENTIFIC = {"IPython", "cv2", "numpy", "optuna", "pandas", "plotly"}
"""What a notebook may import beside hwr_core and Python's own library."""

each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def _cells(file: Path, kind: str) -> list[NotebookNode]:
    return [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == kind]


def _imported(file: Path) -> list[tuple[str, str]]:
    """Module and name of all imports; without a name where a whole module is imported."""
    tree = ast.parse("\n".join(cell.source for cell in _cells(file, "code")))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
    return found


def test_there_is_a_notebook_for_each_question():
    """The tests below have something to test."""
    assert [file.stem for file in NOTEBOOKS] == [
        "01-data",
        "02-preprocessing",
        "03-train",
        "04-evaluate",
        "05-tune",
        "06-history",
        "07-explain",
        "08-numbers",
        "09-scripts",
    ]


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=LONG if file.stem in TRAIN else pytest.mark.slow) for file in NOTEBOOKS],
)
def test_notebook_runs(file, tmp_path, monkeypatch, request):
    """No cell fails, in an empty working folder, with model versions of its own."""
    if file.stem in NEED_DATA:
        request.getfixturevalue("datasets")
    shutil.copytree(PROJECT / "models", tmp_path / "models")
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("HWR_NOTEBOOK_SIZE", "small")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(file, as_version=4)
    client = NotebookClient(
        notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )

    client.execute()

    ran = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert ran == list(range(1, len(ran) + 1))


@each_notebook
def test_notebook_is_kept_without_outputs(file):
    """Outputs are for the reader who ran it; in the repository they only make differences."""
    left = [cell.outputs or cell.execution_count for cell in _cells(file, "code")]

    assert not any(left)


@each_notebook
def test_notebook_uses_only_public_names_and_the_scientific_stack(file):
    """What a notebook does, any researcher can do: nothing private is used, nor any front end."""
    imported = _imported(file)

    strange = {module for module, _ in imported if module.partition(".")[0] not in SCIENTIFIC | {"hwr_core"}}
    private = [f"{module}.{name}" for module, name in imported if f".{module}.{name}".find("._") >= 0]

    assert strange <= {"datetime", "os", "pathlib", "shutil", "tempfile"}
    assert private == []


@each_notebook
def test_notebook_uses_no_private_attribute(file):
    """Nor is one reached through an object."""
    tree = ast.parse("\n".join(cell.source for cell in _cells(file, "code")))

    assert [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")] == []


@each_notebook
def test_notebook_says_what_it_asks_and_what_it_found(file):
    """The first cell names question, data and running time; the last one says what was learned."""
    first, *_, last = (cell.source for cell in _cells(file, "markdown"))

    assert all(part in first for part in ("**Question.**", "**Data.**", "**Running time.**"))
    assert last.startswith("## What we learned")
    assert len(last.split()) > 40


@each_notebook
def test_notebook_can_be_made_small(file):
    """All take the same variable for it, and say so."""
    first = _cells(file, "markdown")[0].source
    code = "\n".join(cell.source for cell in _cells(file, "code"))

    assert "HWR_NOTEBOOK_SIZE" in first
    assert 'os.environ.get("HWR_NOTEBOOK_SIZE") == "small"' in code
