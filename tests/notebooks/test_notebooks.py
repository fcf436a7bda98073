"""Every notebook runs from top to bottom and is committed without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from hwr_core.settings import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
CELL_SECONDS = 300

each_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def _cells(file: Path, kind: str) -> list[NotebookNode]:
    return [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == kind]


def test_there_are_notebooks():
    """The tests below have something to test."""
    assert NOTEBOOKS


@each_notebook
def test_notebook_runs(file, tmp_path, monkeypatch):
    """No cell fails, in an empty working folder."""
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
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
    kept = [cell.outputs or cell.execution_count for cell in _cells(file, "code")]

    assert not any(kept)


@each_notebook
def test_notebook_says_what_it_asks_and_what_it_found(file):
    """The first cell names question, data and running time; the last one says what was learned."""
    first, *_, last = (cell.source for cell in _cells(file, "markdown"))

    assert all(part in first for part in ("**Question.**", "**Data.**", "**Running time.**"))
    assert "What we learned" in last
