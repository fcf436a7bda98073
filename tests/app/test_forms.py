"""Fields are drawn once on an empty form; then each scan of it becomes a row, and doubtful cells are marked."""

import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from hwr_core.app.forms.files import FormFormat, form_file
from hwr_core.app.forms.results import FormCell, FormRow, ReadForm
from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict, InvalidValue, NotAnImage, NotFound, NotThisForm, Stopped, UserNotFound
from hwr_core.images.decode import decode
from hwr_core.records import sent as sent_module
from hwr_core.records.forms import Form, FormField
from hwr_core.records.number_filter import NumberFilter
from hwr_core.records.predictions import Source
from hwr_core.records.sent import Sent
from hwr_core.settings import Settings
from tests import made_forms
from tests.handwriting import png

DRAWN = [FormField(each.name, each.box, each.pattern) for each in made_forms.FIELDS]


def values(seed: int) -> dict[str, str]:
    """What somebody fills in."""
    return made_forms.values(np.random.default_rng(seed))


def scan(seed: int, *, askew: bool = False) -> bytes:
    """A scan of the form, or a photo of it lying askew."""
    seen = made_forms.photographed if askew else made_forms.scanned
    return png(seen(made_forms.drawn(values(seed)), np.random.default_rng(seed)))


@pytest.fixture
def form(workspace: Workspace) -> Form:
    """The stored form."""
    return workspace.add_form(made_forms.NAME, png(made_forms.empty()), DRAWN)


def texts(row: FormRow) -> dict[str, str]:
    """What was read, by field."""
    return {cell.name: cell.text for cell in row.cells}


def test_each_scan_becomes_a_row_with_a_cell_for_each_field(workspace: Workspace, form: Form) -> None:
    """Scanned or photographed askew, in the order of the files."""
    read = workspace.read_forms(form.id, [("one.png", scan(1)), ("two.jpg", scan(2, askew=True))], max_error=0.05)
    assert [(row.file_name, row.page, row.error) for row in read.rows] == [("one.png", 1, None), ("two.jpg", 1, None)]
    assert [texts(row) for row in read.rows] == [values(1), values(2)]
    for row in read.rows:
        assert [cell.name for cell in row.cells] == [each.name for each in made_forms.FIELDS]
        assert all(cell.fits for cell in row.cells)
        assert sum(cell.accept for cell in row.cells) >= 4


def test_scans_sent_again_with_their_key_are_stored_once(workspace: Workspace, form: Form) -> None:
    """Also where the first try got no further than the first scan; the answer has the stored numbers."""
    sent, scans = Sent("pile-1"), [("one.png", scan(1)), ("two.png", scan(2))]
    [first] = workspace.read_forms(form.id, scans[:1], sent=sent).rows
    workspace.read_forms(form.id, scans, sent=sent)
    again = workspace.read_forms(form.id, scans, sent=sent).rows
    assert [cell.number_id for cell in again[0].cells] == [cell.number_id for cell in first.cells]
    assert [texts(row) for row in again] == [values(1), values(2)]
    assert workspace.numbers.count() == 2 * len(made_forms.FIELDS)


def test_another_scan_in_the_place_of_one_fails_alone(workspace: Workspace, form: Form) -> None:
    """The others that are sent with the same key are read and kept."""
    sent, one, two = Sent("pile-1"), ("one.png", scan(1)), ("two.png", scan(2))
    workspace.read_forms(form.id, [one], sent=sent)
    refused, read = workspace.read_forms(form.id, [two, two], sent=sent).rows
    assert isinstance(refused.error, Conflict)
    assert "'pile-1' was sent with another file before" in str(refused.error)
    assert refused.cells == ()
    assert texts(read) == values(2)
    assert workspace.numbers.count() == 2 * len(made_forms.FIELDS)


def test_a_scan_sent_to_another_form_with_the_same_key_is_read_anew(workspace: Workspace, form: Form) -> None:
    """Whoever took the wrong form first gets the numbers of the right one."""
    reversed_ = [replace(each, name=other.name) for each, other in zip(DRAWN, reversed(DRAWN), strict=True)]
    right = workspace.add_form("Right", png(made_forms.empty()), reversed_)
    sent, scans = Sent("pile-1"), [("one.png", scan(1))]
    [wrong_row] = workspace.read_forms(form.id, scans, sent=sent).rows
    [row] = workspace.read_forms(right.id, scans, sent=sent).rows
    assert [cell.text for cell in row.cells] == [cell.text for cell in wrong_row.cells]
    assert not {cell.number_id for cell in row.cells} & {cell.number_id for cell in wrong_row.cells}


def test_a_scan_sent_again_has_what_users_have_said_of_it(workspace: Workspace, form: Form) -> None:
    """Nobody is asked twice; where users' words lack the minus and the point of a number, somebody is."""
    signed = workspace.add_form("Signed", png(made_forms.empty()), [replace(DRAWN[-1], pattern="digits 1-2, minus")])

    def first_cell(form: Form) -> FormCell:
        [row] = workspace.read_forms(form.id, [("one.png", scan(1))], max_error=0.5, sent=Sent("pile-1")).rows
        return row.cells[0]

    plain, marked = first_cell(form), first_cell(signed)
    assert marked.value is not None
    for cell, text in ((plain, "12345678"), (marked, "99")):
        workspace.numbers.correct(cell.number_id or 0, text)
    again = first_cell(form)
    assert (again.number_id, again.text) == (plain.number_id, "12345678")
    assert (again.accept, again.is_checked, again.is_doubtful) == (True, True, False)
    again = first_cell(signed)
    assert (again.number_id, again.shown, again.is_doubtful) == (marked.number_id, marked.shown, True)


def test_a_scan_is_hashed_once_for_all_its_fields(
    workspace: Workspace, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document of many pages is large, and has many fields."""
    hashed: list[int] = []

    def counted(content: bytes) -> Any:
        hashed.append(len(content))
        return sha256(content)

    monkeypatch.setattr(sent_module, "sha256", counted)
    page = scan(1)
    workspace.read_forms(form.id, [("one.png", page)], sent=Sent("pile-1"))
    assert hashed == [len(page)]
    assert workspace.numbers.count() == len(made_forms.FIELDS) > 1


def test_numbers_of_a_form_are_kept_with_the_image_of_their_field(workspace: Workspace, form: Form) -> None:
    """So that they are corrected, reviewed and exported like all others; where that is not wanted, nothing is kept."""
    read = workspace.read_forms(form.id, [("one.png", scan(1))], max_error=0.05)
    stored = workspace.numbers.page(NumberFilter(source=Source.FORM)).numbers
    assert [record.id for record in reversed(stored)] == [cell.number_id for cell in read.rows[0].cells]
    record = workspace.numbers.get(read.rows[0].cells[0].number_id or 0)
    assert (record.file_name, record.pattern, record.number.text) == (
        "one.png: Student",
        "digits 8",
        values(1)["Student"],
    )
    assert (decode(workspace.numbers.upload(record.id)) == read.rows[0].cells[0].image).all()
    workspace.read_forms(form.id, [("one.png", scan(1))], keep=False)
    assert workspace.numbers.count() == len(made_forms.FIELDS)


def test_an_empty_field_has_no_text_and_is_looked_at(workspace: Workspace, form: Form) -> None:
    """Whether nothing is written there is for somebody to say."""
    page = made_forms.drawn(values(1) | {"Meter": ""})
    [row] = workspace.read_forms(form.id, [("one.png", png(page))]).rows
    meter = next(cell for cell in row.cells if cell.name == "Meter")
    assert (meter.text, meter.number_id, meter.is_doubtful) == ("", None, True)
    assert texts(row) == values(1) | {"Meter": ""}


def test_a_number_that_breaks_its_check_digit_is_never_accepted(workspace: Workspace, form: Form) -> None:
    """However plain it is."""
    wrong = values(1)
    wrong["Customer"] = wrong["Customer"][:-1] + str((int(wrong["Customer"][-1]) + 1) % 10)
    read = workspace.read_forms(form.id, [("one.png", png(made_forms.drawn(wrong)))], max_error=0.5)
    customer = next(cell for cell in read.rows[0].cells if cell.name == "Customer")
    assert customer.is_doubtful or customer.text != wrong["Customer"]


def test_what_is_no_scan_of_the_form_fails_alone(workspace: Workspace, form: Form) -> None:
    """With the reason in its row."""
    files = [("blank.png", png(np.full((900, 600), 255, np.uint8))), ("one.png", scan(1)), ("text.txt", b"no image")]
    rows = workspace.read_forms(form.id, files).rows
    assert [type(row.error) for row in rows] == [NotThisForm, type(None), NotAnImage]
    assert texts(rows[1]) == values(1)


def test_each_page_of_a_document_is_a_scan(workspace: Workspace, form: Form) -> None:
    """A feeder makes one file of a pile."""
    pages = [Image.fromarray(made_forms.drawn(values(seed))) for seed in (1, 2)]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    shares: list[float] = []
    rows = workspace.read_forms(form.id, [("pile.tiff", stream.getvalue())], on_progress=shares.append).rows
    assert [(row.page, texts(row)) for row in rows] == [(1, values(1)), (2, values(2))]
    assert shares == [0.0, 0.5, 1.0]


def test_reading_stops_when_it_is_not_wanted(workspace: Workspace, form: Form) -> None:
    """What was read till then is kept, and the next batch has its turn."""

    def leave(share: float) -> None:
        if share > 0:
            raise Stopped("The client is gone.")

    with pytest.raises(Stopped):
        workspace.read_forms(form.id, [("one.png", scan(1)), ("two.png", scan(2))], on_progress=leave)
    assert workspace.numbers.count() == len(made_forms.FIELDS)
    assert len(workspace.read_forms(form.id, [("one.png", scan(1))]).rows) == 1


def test_boxes_drawn_on_a_large_page_lie_where_they_were_drawn(workspace: Workspace) -> None:
    """A page is stored with fewer pixels than it was scanned with."""
    large = cv2.resize(made_forms.empty(), None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
    drawn = [
        replace(each, box=tuple(round(2.5 * side) for side in each.box))  # type: ignore[arg-type]
        for each in DRAWN
    ]
    form = workspace.add_form("Large", png(np.asarray(large, np.uint8)), drawn)
    assert max(decode(workspace.forms.page(form.id)).shape) == 2048
    [row] = workspace.read_forms(form.id, [("one.png", scan(1))]).rows
    assert texts(row) == values(1)


def test_forms_are_listed_by_name_and_deleted(workspace: Workspace, form: Form) -> None:
    """Numbers that were read with one stay."""
    other = workspace.add_form("Ballot", png(made_forms.empty()), DRAWN[:1])
    assert [each.name for each in workspace.forms.all()] == ["Ballot", made_forms.NAME]
    assert workspace.forms.get(form.id) == form
    workspace.read_forms(form.id, [("one.png", scan(1))])
    workspace.forms.delete(form.id)
    assert workspace.forms.all() == [other]
    assert workspace.numbers.count() == len(made_forms.FIELDS)
    with pytest.raises(NotFound):
        workspace.forms.get(form.id)
    with pytest.raises(NotFound):
        workspace.read_forms(form.id, [])
    with pytest.raises(NotFound):
        workspace.forms.delete(2**70)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([], "0 fields"),
        ([FormField("", (10, 10, 90, 40))], "1 to 100 characters"),
        ([FormField("a" * 101, (10, 10, 90, 40))], "1 to 100 characters"),
        ([FormField("Check", (10, 10, 90, 40))], "column of this name"),
        ([FormField("One", (10, 10, 90, 40)), FormField("one ", (10, 90, 90, 40))], "Two fields"),
        ([FormField("One", (10, 10, 5, 40))], "width and height of 8"),
        ([FormField("One", (1300, 10, 90, 40))], "beside the page"),
        ([FormField("One", (10, 10, 90, 40), "primes")], "no term"),
        ([FormField(str(number), (10, 10, 90, 40)) for number in range(201)], "1 to 200"),
    ],
)
def test_a_field_that_cannot_be_is_refused_in_words(workspace: Workspace, fields: list[FormField], said: str) -> None:
    """And nothing is stored."""
    with pytest.raises(InvalidValue, match=said):
        workspace.add_form("Form", png(made_forms.empty()), fields)
    assert workspace.forms.all() == []


def test_a_name_is_given_once_and_by_an_active_user(workspace: Workspace, form: Form) -> None:
    """In whatever case."""
    with pytest.raises(Conflict, match="already"):
        workspace.add_form(form.name.upper(), png(made_forms.empty()), DRAWN)
    with pytest.raises(UserNotFound):
        workspace.add_form("Other", png(made_forms.empty()), DRAWN, user_id=99)
    with pytest.raises(UserNotFound):
        workspace.read_forms(form.id, [("one.png", scan(1))], user_id=99)
    with pytest.raises(NotThisForm, match="too little print"):
        workspace.add_form("Blank", png(np.full((900, 600), 255, np.uint8)), DRAWN[:1])


def test_too_many_files_and_impossible_errors_are_refused(form: Form, settings: Settings) -> None:
    """Before anything is read."""
    with Workspace(settings.model_copy(update={"max_batch_files": 1})) as workspace:
        with pytest.raises(InvalidValue, match="at most 1"):
            workspace.read_forms(form.id, [("a", b""), ("b", b"")])
        with pytest.raises(InvalidValue, match="max_error"):
            workspace.read_forms(form.id, [], max_error=0.9)


def test_a_user_who_is_deleted_leaves_the_form_to_others(workspace: Workspace) -> None:
    """Who read by it."""
    ada = workspace.users.create("ada")
    form = workspace.add_form("Ballot", png(made_forms.empty()), DRAWN, user_id=ada.id)
    workspace.users.delete(ada.id)
    assert workspace.forms.get(form.id).user_id is None


class TestFiles:
    """A row a scan, a column a field."""

    @pytest.fixture
    def read(self, workspace: Workspace, form: Form) -> ReadForm:
        """A scan with a field left empty, and a file that is no image; one cell was checked."""
        page = png(made_forms.drawn(values(4) | {"Meter": ""}))
        read = workspace.read_forms(form.id, [("=one.png", page), ("text.txt", b"no")], max_error=0.5)
        first = read.rows[0]
        cells = tuple(replace(cell, is_checked=cell.name == "Student") for cell in first.cells)
        cells = tuple(replace(cell, value="-0.4" if cell.name == "Points" else None) for cell in cells)
        return replace(read, rows=(replace(first, cells=cells), read.rows[1]))

    def test_csv_keeps_leading_zeros_and_runs_nothing(self, read: ReadForm) -> None:
        """A file name that a spreadsheet would run is defused."""
        table = pd.read_csv(io.BytesIO(form_file(read, FormFormat.CSV)), dtype=str, keep_default_na=False)
        assert [*table] == ["file", "page", *(each.name for each in made_forms.FIELDS), "check", "error"]
        assert table["file"].to_list() == ["'=one.png", "text.txt"]
        assert table["Born"][0] == values(4)["Born"]
        assert table["check"].to_list() == ["Meter", ""]
        assert table["Points"][0] == "-0.4"
        assert "neither an image" in table["error"][1]

    def test_parquet_has_the_same_rows(self, read: ReadForm) -> None:
        """As texts."""
        table = pd.read_parquet(io.BytesIO(form_file(read, FormFormat.PARQUET)))
        assert table["Customer"].fillna("none").to_list() == [values(4)["Customer"], "none"]
        assert table["page"].to_list() == [1, 1]

    def test_a_workbook_marks_doubtful_cells(self, read: ReadForm) -> None:
        """With a colour and a note; texts stay texts."""
        from zipfile import ZipFile

        with ZipFile(io.BytesIO(form_file(read, FormFormat.XLSX))) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            notes = book.read("xl/comments1.xml").decode()
            words = book.read("xl/sharedStrings.xml").decode()
        assert notes.count("<comment ") == 1
        assert "To be checked" in notes
        assert values(4)["Born"] in words
        assert "=one.png" in words
        assert "<f>" not in sheet
