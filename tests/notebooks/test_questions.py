"""The ten questions of notebooks/README.md are answered in ten lines each; they run, and so does the README's code."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

import hwr_core
from hwr_core.records import Source
from hwr_core.settings import PROJECT
from tests.handwriting import drawing
from tests.own_models import own_digits

README = PROJECT / "notebooks" / "README.md"
ANSWER = re.compile(r"^### (?P<question>.+?)\n.*?^```python\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)
MOST_LINES = 10

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((PROJECT / "README.md").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and the code that answers it."""

    question: str
    code: str

    @property
    def lines(self) -> list[str]:
        """Those that say something."""
        return [line for line in self.code.splitlines() if line.strip()]


ANSWERS = [Answer(match["question"], match["code"]) for match in ANSWER.finditer(README.read_text(encoding="utf-8"))]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A working folder that is as a checkout's is: pictures, model versions, a history, a folder of one's own."""
    for name in ("notebooks/pictures", "models"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    ZipFile(own_digits(12)).extractall(tmp_path / "my-digits")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HWR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HWR_MODELS_DIR", str(tmp_path / "models"))
    with hwr_core.open_workspace() as workspace:
        kept = workspace.keep(hwr_core.read(drawing(7)), source=Source.API)
        workspace.feedback.give(kept.id, actual_digit=1)
        yield tmp_path


def _run(code: str) -> None:
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102  the point of it


def test_there_are_ten_questions():
    """As the heading says."""
    assert len(ANSWERS) == 10


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.question)
def test_the_answer_is_short_and_runs(answer, checkout, capsys):
    """At most ten lines, and no error, as they stand on the page."""
    assert len(answer.lines) <= MOST_LINES

    _run(answer.code)

    assert capsys.readouterr().out or "train(" in answer.code


def test_the_readme_has_code():
    """The test below has something to test."""
    assert BLOCKS


@pytest.mark.parametrize("code", BLOCKS, ids=range(len(BLOCKS)))
def test_code_of_the_readme_runs(code, checkout):
    """As it stands on the page, from the folder of the checkout."""
    _run(code)
