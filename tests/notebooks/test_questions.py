"""The ten questions of notebooks/README.md are answered in a few lines each, and the answers run."""

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

import hwr_core
from hwr_core.records.predictions import Source
from hwr_core.settings import PROJECT
from tests.documents.blocks import blocks_of
from tests.documents.running import Python
from tests.handwriting import drawing
from tests.own_models import own_digits

ANSWERS = [block for block in blocks_of("notebooks/README.md") if block.language == "python"]
MOST_LINES = 10
TRAINS = [pytest.mark.slow, pytest.mark.long]
EACH = [pytest.param(answer, id=answer.heading, marks=TRAINS if "train(" in answer.code else []) for answer in ANSWERS]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A working folder like a checkout: images, model versions, a history, a folder of labelled images."""
    for name in ("notebooks/pictures", "models"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    ZipFile(own_digits(12)).extractall(tmp_path / "my-digits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    with hwr_core.open_workspace() as workspace:
        record = workspace.keep(hwr_core.read(drawing(7)), source=Source.API)
        workspace.feedback.give(record.id, actual_digit=1)
        yield tmp_path


def test_there_are_ten_questions():
    """As the heading says."""
    assert len({answer.heading for answer in ANSWERS}) == len(ANSWERS) == 10


@pytest.mark.parametrize("answer", EACH)
def test_the_answer_is_short_and_runs(answer, checkout, capsys):
    """Ten lines at most, and no error, as they stand on the page."""
    assert len([line for line in answer.code.splitlines() if line.strip()]) <= MOST_LINES

    Python().run(answer)

    assert capsys.readouterr().out or "train(" in answer.code


def test_a_model_outside_hwr_reads_as_it_does_here(checkout, capsys):
    """The last answer compares its probabilities with hwr's."""
    Python().run(ANSWERS[-1])

    assert capsys.readouterr().out == "True\n"
