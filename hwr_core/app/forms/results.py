"""What was read of forms: a row for each scan, a cell for each field."""

from dataclasses import dataclass

from hwr_core.errors import HwrError
from hwr_core.images.types import Grey
from hwr_core.records.forms import Form


@dataclass(frozen=True, slots=True)
class FormCell:
    """What stands in one field of one scan.

    `text` is empty where nothing is written. `value` is the number with its minus and its decimal point, where the
    field's pattern names such marks; None otherwise. `number_id` is its id in the history of numbers, None where it was
    not stored. `image` shows the field as it was seen. `is_checked`: a user has said what it really is.
    """

    name: str
    text: str
    confidence: float
    accept: bool
    fits: bool | None
    number_id: int | None
    image: Grey
    is_checked: bool = False
    value: str | None = None

    @property
    def shown(self) -> str:
        """What stands in a table: the value where there is one, and the digits otherwise."""
        return self.text if self.value is None else self.value

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody has to look at it."""
        return not (self.accept or self.is_checked)


@dataclass(frozen=True, slots=True)
class FormRow:
    """One scan: a cell for each field, in the form's order, or the error that says why there are none.

    `page` counts from 1 within its file.
    """

    file_name: str
    page: int
    cells: tuple[FormCell, ...] = ()
    error: HwrError | None = None


@dataclass(frozen=True, slots=True)
class ReadForm:
    """All scans of one form that were read together."""

    form: Form
    rows: tuple[FormRow, ...]
    model_version: str
