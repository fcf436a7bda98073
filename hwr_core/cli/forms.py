"""hwr forms: draw the fields of a form once, then read any number of scans of it."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from cyclopts import App, Parameter

from hwr_core.cli.arguments.confirm import confirmed
from hwr_core.cli.arguments.options import FILE_OR_DASH, AsJson, Asker, Flag, Yes
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.files import write_file
from hwr_core.cli.output.status import DONE, SOME_UNREAD, UNUSABLE
from hwr_core.errors import HwrError, InvalidValue
from hwr_core.records.users import DEFAULT_USER

if TYPE_CHECKING:
    from hwr_core.app.batch import NamedFile
    from hwr_core.app.forms.results import FormRow
    from hwr_core.records.forms import Form, FormField

app = App(name="forms", help="Add, list and delete forms, and read scans of them.")

FormId: TypeAlias = Annotated[int, Parameter(name="FORM", help="The form's number.")]


@app.command(name="list")
def list_forms(*, as_json: AsJson = False) -> int:
    """List all forms with their fields."""
    with opened() as workspace:
        for form in workspace.forms.all():
            print(json.dumps(asdict(form), default=str) if as_json else _as_line(form))
    return DONE


@app.command
def add(
    name: str,
    file: Annotated[str, FILE_OR_DASH, Parameter(name="FILE", help="The empty form: an image, TIFF or PDF.")],
    /,
    *,
    fields: Annotated[Path, Parameter(help="JSON file: a list of objects with name, box and pattern.")],
    user: Asker = DEFAULT_USER,
) -> int:
    """Add a form."""
    drawn = _fields_in(fields)
    with opened() as workspace:
        _, content = _content(file, workspace.settings.max_image_bytes)
        print(_as_line(workspace.add_form(name, content, drawn, user_id=user)))
    return DONE


@app.command
def delete(form: FormId, /, *, yes: Yes = False) -> int:
    """Delete a form; numbers that were read with it stay."""
    with opened() as workspace:
        if not confirmed(f"delete form {form}, {workspace.forms.get(form).name!r}?", yes=yes):
            return UNUSABLE
        workspace.forms.delete(form)
    return DONE


@app.command
def read(  # noqa: PLR0913  one for each option
    form: FormId,
    files: Annotated[list[str], FILE_OR_DASH, Parameter(name="FILE...", help="Scan: an image, TIFF or PDF.")],
    /,
    *,
    output: Annotated[
        str | None, Parameter(help="File to write: .csv, .xlsx or .parquet; lines on the screen when not given.")
    ] = None,
    max_error: float | None = None,
    record: Flag = False,
    user: int = DEFAULT_USER,
) -> int:
    """Read filled-in forms: a line for each field of each page.

    Args:
        max_error: The share of accepted numbers that may be wrong; HWR_MAX_ERROR when not given.
        record: Store the numbers in the history.
        user: Whose numbers they are.
    """
    from hwr_core.app.forms.files import FormFormat, form_file
    from hwr_core.app.forms.results import FormRow
    from hwr_core.cli.arguments.files import read_file

    kind = Path(output or "").suffix.removeprefix(".")
    if output is not None and kind not in [*FormFormat]:
        raise InvalidValue(f"{output!r} does not name a format; .{', .'.join(FormFormat)} are allowed.")
    with opened() as workspace:
        opened_files = [read_file(name, workspace.settings.max_image_bytes) for name in files]
        named = [each for each in opened_files if isinstance(each, tuple)]
        found = workspace.read_forms(form, named, keep=record, user_id=user, max_error=max_error)
    unread = [FormRow(each.file_name, 1, error=each.error) for each in opened_files if not isinstance(each, tuple)]
    found = replace(found, rows=(*found.rows, *unread))
    if output is not None:
        write_file([form_file(found, FormFormat(kind))], output)
    for row in found.rows:
        for line in _as_lines(row) if output is None else _faults(row):
            print(line, file=sys.stdout if output is None else sys.stderr)
    return SOME_UNREAD if any(row.error for row in found.rows) else DONE


def _content(name: str, max_bytes: int) -> "NamedFile":
    from hwr_core.cli.arguments.files import read_file

    file = read_file(name, max_bytes)
    if isinstance(file, tuple):
        return file
    assert file.error is not None  # without a prediction there is one
    raise InvalidValue(f"{name}: {file.error}")


def _fields_in(file: Path) -> "list[FormField]":
    from pydantic import TypeAdapter, ValidationError

    from hwr_core.records.forms import FormField

    try:
        return TypeAdapter(list[FormField]).validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidValue(f"The file {str(file)!r} cannot be opened: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(map(str, first["loc"]))
        raise InvalidValue(
            f"The fields are not as they should be: {first['msg']} {where and f'at {where}'}. A list such as "
            '[{"name": "Meter", "box": [420, 890, 320, 60], "pattern": "digits 5-6"}] is needed.'
        ) from error


def _as_line(form: "Form") -> str:
    return f"{form.id:>6}  {form.name}  {', '.join(field.name for field in form.fields)}"


def _as_lines(row: "FormRow") -> list[str]:
    return [
        *_faults(row),
        *(
            f"{_where(row)}: {cell.name}: {cell.shown or 'nothing'} {cell.confidence:.1%} "
            f"{'accepted' if cell.accept else 'does not fit' if cell.fits is False else 'check this'}"
            for cell in row.cells
        ),
    ]


def _faults(row: "FormRow") -> list[str]:
    error: HwrError | None = row.error
    return [] if error is None else [f"{_where(row)}: error: {error}"]


def _where(row: "FormRow") -> str:
    return f"{row.file_name}, page {row.page}" if row.page > 1 else row.file_name
