"""`hwr forms`: a form is added once, and scans of it become lines or a file."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.cli import main
from hwr_core.settings import Settings
from tests import made_forms
from tests.handwriting import png

FIELDS = [{"name": each.name, "box": each.box, "pattern": each.pattern} for each in made_forms.FIELDS]
VALUES = made_forms.values(np.random.default_rng(1))

Printed = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def _folder(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An own data folder, and a working folder with an empty form, its fields, a scan and a text file."""
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HWR_MODELS_DIR", str(settings.models_dir))
    (tmp_path / "scans").mkdir()
    monkeypatch.chdir(tmp_path / "scans")
    Path("empty.png").write_bytes(png(made_forms.empty()))
    Path("fields.json").write_text(json.dumps(FIELDS))
    Path("one.png").write_bytes(png(made_forms.drawn(VALUES)))
    Path("notes.txt").write_text("no image")


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """The lines printed since the last call."""

    def lines() -> list[str]:
        return capsys.readouterr().out.splitlines()

    return lines


@pytest.fixture
def _form(printed: Printed) -> None:
    """The form is there."""
    assert main(["forms", "add", made_forms.NAME, "empty.png", "--fields", "fields.json"]) == 0
    assert printed() == ["     1  Enrolment  Student, Born, Customer, Points, Meter, Places"]


@pytest.mark.usefixtures("_form")
def test_each_field_of_a_scan_is_a_line(printed: Printed, settings: Settings) -> None:
    """With what to do about it; nothing is stored."""
    assert main(["forms", "read", "1", "one.png", "--max-error", "0.05"]) == 0
    lines = printed()
    assert [line.split()[1:3] for line in lines] == [[f"{name}:", text] for name, text in VALUES.items()]
    assert sum(line.endswith("accepted") for line in lines) >= 4
    with Workspace(settings) as workspace:
        assert workspace.numbers.count() == 0


@pytest.mark.usefixtures("_form")
def test_scans_become_a_file(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the kind that its name says; what cannot be read is named and stands in its row."""
    capsys.readouterr()
    assert main(["forms", "read", "1", "gone.png", "one.png", "notes.txt", "--output", "table.csv", "--record"]) == 1
    neither, missing = capsys.readouterr().err.splitlines()
    assert neither.startswith("notes.txt: error: This is neither an image nor a PDF")
    assert missing.startswith("gone.png: error: The file cannot be opened")
    table = pd.read_csv("table.csv", dtype=str, keep_default_na=False)
    assert [*table["file"]] == ["one.png", "notes.txt", "gone.png"]
    assert table.loc[0, [*VALUES]].to_dict() == VALUES
    with Workspace(settings) as workspace:
        assert workspace.numbers.count() == len(VALUES)
    assert main(["forms", "read", "1", "one.png", "--output", "table.xlsx"]) == 0
    assert Path("table.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.usefixtures("_form")
def test_forms_are_listed_and_deleted(printed: Printed) -> None:
    """As JSON too; deleting wants a yes."""
    assert main(["forms", "list", "--json"]) == 0
    [line] = printed()
    assert [each["name"] for each in json.loads(line)["fields"]] == [*VALUES]
    assert main(["forms", "delete", "1", "--yes"]) == 0
    assert main(["forms", "list"]) == 0
    assert printed() == []


@pytest.mark.usefixtures("_form")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["read", "9", "one.png"], "There is no form 9."),
        (["read", "1", "one.png", "--output", "table.doc"], "does not name a format"),
        (["add", "Other", "empty.png", "--fields", "gone.json"], "cannot be opened"),
        (["add", "Other", "empty.png", "--fields", "notes.txt"], "The fields are not as they should be"),
        (["add", "Enrolment", "empty.png", "--fields", "fields.json"], "There is a form 'Enrolment' already"),
    ],
)
def test_what_cannot_be_done_is_said(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """In one line."""
    capsys.readouterr()
    assert main(["forms", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
