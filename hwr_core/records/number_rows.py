"""The table of whole numbers: rows to write, and records read back from them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.recognition.types import Candidate, FoundDigit, NumberLine, NumberPrediction
from hwr_core.records.predictions import Source
from hwr_core.records.sent import Once, Place
from hwr_core.records.uploads import Upload

KEPT_CANDIDATES = 3
"""The most probable digits of each place that are kept."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number about to be stored, and its file where that is to be kept.

    `once` is the idempotency key of its document, where it has one.
    """

    user_id: int
    source: Source
    number: NumberPrediction
    max_error: float
    pattern: str | None = None
    file_name: str | None = None
    enhancement_level: float = 1.0
    upload: Upload | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    once: Once | None = None

    @property
    def place(self) -> Place | None:
        """Where its idempotency key is looked up; None without one."""
        return None if self.once is None else (self.user_id, self.once.key)


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """What a number really is, by the newest feedback: its digits, a line for each line."""

    text: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """A stored number. Times are UTC with an offset; `upload` is the SHA-256 of the file, None where it was not kept.

    `max_error` and `pattern` are those it was read with. `repeated` tells that nothing was stored just now: the
    document was sent before, with the same idempotency key.
    """

    id: int
    timestamp: datetime
    user_id: int
    source: Source
    file_name: str | None
    number: NumberPrediction
    max_error: float
    pattern: str | None
    enhancement_level: float
    upload: str | None
    label: NumberLabel | None = None
    repeated: bool = False

    @property
    def is_right(self) -> bool | None:
        """Whether all of it agrees with its label; None while it has none."""
        return None if self.label is None else self.number.text == self.label.text


_COLUMNS = (
    "id",
    "created_at",
    "user_id",
    "source",
    "file_name",
    "text",
    "confidence",
    "accepted",
    "max_error",
    "pattern",
    "fits",
    "pages",
    "model_version",
    "seconds",
    "enhancement_level",
    "upload",
    "found",
    "script",
    "actual_text",
    "labelled_at",
)
NAMES = ", ".join(f"n.{name}" for name in _COLUMNS)
"""The columns of a row `n`, as `record_from_row` takes them."""

_PLACES = ", ".join(f"${place}" for place in range(1, len(_COLUMNS) + 1))
_INSERT = f"insert into numbers ({', '.join(_COLUMNS)}) values ({_PLACES})"  # noqa: S608  column names of our own


def insert_number(cursor: Cursor, new: NewNumber) -> NumberRecord:
    """Insert a row, with the next id."""
    [(new_id,)] = cursor.execute("select nextval('number_ids')").fetchall()
    record = NumberRecord(
        new_id,
        new.created_at.astimezone(UTC),
        new.user_id,
        new.source,
        new.file_name,
        new.number,
        new.max_error,
        new.pattern,
        new.enhancement_level,
        new.upload.name if new.upload else None,
    )
    cursor.execute(_INSERT, _values(record))
    return record


def _values(record: NumberRecord) -> list[Any]:
    number = record.number
    return [
        record.id,
        record.timestamp,
        record.user_id,
        record.source.value,
        record.file_name,
        number.text,
        number.confidence,
        number.accept,
        record.max_error,
        record.pattern,
        number.fits,
        number.pages,
        number.model_version,
        number.seconds,
        record.enhancement_level,
        record.upload,
        json.dumps(_found(number)),
        number.script,
        None,
        None,
    ]


def _found(number: NumberPrediction) -> dict[str, Any]:
    """What was read in full, for JSON: of each digit the most probable candidates only, to six digits."""
    digits = [
        asdict(digit)
        | {
            "confidence": round(digit.confidence, 6),
            "candidates": [[each.digit, round(each.probability, 6)] for each in digit.candidates[:KEPT_CANDIDATES]],
        }
        for digit in number.digits
    ]
    return {"lines": [asdict(line) for line in number.lines], "digits": digits, "warnings": list(number.warnings)}


def record_from_row(row: Sequence[Any]) -> NumberRecord:
    """Return the record of a row of NAMES."""
    value = dict(zip(_COLUMNS, row, strict=True))
    found = json.loads(value["found"])
    number = NumberPrediction(
        text=value["text"],
        confidence=value["confidence"],
        digits=tuple(
            FoundDigit(
                **each | {"candidates": tuple(Candidate(*one) for one in each["candidates"]), "box": tuple(each["box"])}
            )
            for each in found["digits"]
        ),
        lines=tuple(
            NumberLine(**each | {"box": tuple(each["box"]), "evidence": tuple(each["evidence"])})
            for each in found["lines"]
        ),
        pages=value["pages"],
        model_version=value["model_version"],
        seconds=value["seconds"],
        warnings=tuple(found["warnings"]),
        accept=value["accepted"],
        fits=value["fits"],
        script=value["script"],
    )
    label = None
    if value["labelled_at"] is not None:
        label = NumberLabel(value["actual_text"], value["labelled_at"].astimezone(UTC))
    return NumberRecord(
        id=value["id"],
        timestamp=value["created_at"].astimezone(UTC),
        user_id=value["user_id"],
        source=Source(value["source"]),
        file_name=value["file_name"],
        number=number,
        max_error=value["max_error"],
        pattern=value["pattern"],
        enhancement_level=value["enhancement_level"],
        upload=value["upload"],
        label=label,
    )
