"""The history as a file or a DataFrame: streamed page by page, each page in its own session.

Pages ascend by id up to the prediction that was newest at the start: an export is one consistent set however slowly it
is read, and it does not hold the database between pages.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.images.types import SIDE
from hwr_core.records.file_formats import ExportFormat
from hwr_core.records.filters import IS_RIGHT, Conditions, HistoryFilter, confirm_user_of, select
from hwr_core.records.history import EVERYTHING
from hwr_core.records.number_filter import EVERY_NUMBER, NumberFilter, conditions_of, confirm_user_of_numbers
from hwr_core.records.predictions import Source

if TYPE_CHECKING:  # importing Arrow and pandas takes most of a second, which only an export should cost
    import pandas as pd
    import pyarrow as pa

    from hwr_core.records.export_formats import Encode


PAGE = 5_000

_DRAWN = ", ".join(f"'{source.value}'" for source in Source if source.user_input_type == "drawing")
_INPUT_TYPE = f"case when p.source in ({_DRAWN}) then 'drawing' else 'upload' end"

_ROW = f"""
    p.id as id,
    p.created_at as timestamp,
    p.user_id as user_id,
    u.username as username,
    p.source as source,
    {_INPUT_TYPE} as user_input_type,
    {_INPUT_TYPE} as input_type,
    p.file_name as file_name,
    p.verdict as verdict,
    p.digit as predicted_digit,
    p.script as script,
    p.confidence as confidence,
    p.probabilities::double precision[] as all_predictions,
    p.preprocessing_seconds + p.inference_seconds as processing_time,
    p.preprocessing_seconds as preprocessing_time,
    p.inference_seconds as inference_time,
    p.model_version as model_version,
    p.enhancement_level as enhancement_level,
    p.upload as upload,
    l.actual_digit as actual_digit,
    case when l.prediction_id is null then null else {IS_RIGHT} end as correct_prediction,
    l.verified as verified
"""

_NUMBER_ROW = """
    n.id as id,
    n.created_at as timestamp,
    n.user_id as user_id,
    u.username as username,
    n.source as source,
    n.file_name as file_name,
    n.text as text,
    n.script as script,
    n.confidence as confidence,
    n.accepted as accept,
    n.max_error as max_error,
    n.pattern as pattern,
    n.fits as fits,
    n.pages as pages,
    n.seconds as processing_time,
    n.model_version as model_version,
    n.enhancement_level as enhancement_level,
    n.upload as upload,
    n.actual_text as actual_text,
    case when n.labelled_at is null then null else n.text = n.actual_text end as correct_prediction,
    n.labelled_at as labelled_at
"""

_NUMBERS = "from numbers n join users u on u.id = n.user_id"

_FEEDBACK_ROW = """
    f.id as id,
    f.created_at as timestamp,
    f.prediction_id as prediction_id,
    f.actual_digit as actual_digit,
    p.digit is not distinct from f.actual_digit as correct_prediction,
    f.confidence_rating as confidence_rating,
    f.comments as comments,
    f.replaced_at as replaced_at
"""


class Exports:
    """The exports of one history. Safe to use from many threads.

    All check their arguments before the first byte. They raise UserNotFound, InvalidValue and StoreError.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def history(self, kind: ExportFormat | str, chosen: HistoryFilter = EVERYTHING) -> Iterator[bytes]:
        """Return the predictions that match a filter as a file, oldest first."""
        encode = _encoder(kind)
        return encode(*self._predictions(chosen))

    def numbers(self, kind: ExportFormat | str, chosen: NumberFilter = EVERY_NUMBER) -> Iterator[bytes]:
        """Return the numbers that match a filter as a file, oldest first."""
        encode = _encoder(kind)
        return encode(*self._numbers(chosen))

    def user(self, user_id: int, kind: str) -> Iterator[bytes]:
        """Return all of a user's data as JSON (predictions, numbers, feedbacks), or the predictions as CSV."""
        if kind not in ("json", "csv"):
            raise InvalidValue(f"The format is {kind!r}; allowed are json and csv.")
        chosen = HistoryFilter(user_id=user_id)
        return self.history("csv", chosen) if kind == "csv" else self._user_as_json(user_id)

    def frame(
        self, chosen: HistoryFilter = EVERYTHING, *, limit: int | None = None, images: bool = False
    ) -> "pd.DataFrame":
        """Return the predictions that match a filter as a DataFrame, newest first.

        Args:
            chosen: the filter.
            limit: the largest number of rows, 1 or more; all rows when not given.
            images: add a column `seen` with what the model saw: uint8 28x28, bright ink on black.
        """
        if limit is not None and limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        predictions = select(chosen, with_labels=True)
        most = predictions.conditions.value(limit)
        seen = ", p.seen as seen" if images else ""
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
        with self._store.session() as cursor:
            page = _table(
                cursor,
                f"select {_ROW}{seen} {_joined(predictions.source)} {predictions.conditions.where} "
                f"order by p.id desc limit {most}",
                predictions.conditions.values,
            )
        return _as_frame(page)

    def numbers_frame(self, chosen: NumberFilter = EVERY_NUMBER, *, limit: int | None = None) -> "pd.DataFrame":
        """Return the numbers that match a filter as a DataFrame, newest first, at most so many rows."""
        if limit is not None and limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        conditions = self._confirmed(chosen)
        most = conditions.value(limit)
        with self._store.session() as cursor:
            page = _table(
                cursor,
                f"select {_NUMBER_ROW} {_NUMBERS} {conditions.where} order by n.id desc limit {most}",
                conditions.values,
            )
        return _as_frame(page)

    def _user_as_json(self, user_id: int) -> Iterator[bytes]:
        from hwr_core.records.export_formats import json_rows  # noqa: PLC0415  see above

        _, predictions = self._predictions(HistoryFilter(user_id=user_id))
        _, numbers = self._numbers(NumberFilter(user_id=user_id))
        _, feedbacks = self._pages(
            _FEEDBACK_ROW,
            "from feedback f join predictions p on p.id = f.prediction_id",
            ["f.user_id = $1"],
            [user_id],
            "f.id",
        )

        def content() -> Iterator[bytes]:
            yield b'{"success": true, "data": {"predictions": ['
            yield from _separated(json_rows(predictions))
            yield b'], "numbers": ['
            yield from _separated(json_rows(numbers))
            yield b'], "feedbacks": ['
            yield from _separated(json_rows(feedbacks))
            yield b"]}}\n"

        return content()

    def _predictions(self, chosen: HistoryFilter) -> "tuple[pa.Schema, Iterator[pa.Table]]":
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
        predictions = select(chosen, with_labels=True)
        return self._pages(
            _ROW, _joined(predictions.source), predictions.conditions.clauses, predictions.conditions.values, "p.id"
        )

    def _numbers(self, chosen: NumberFilter) -> "tuple[pa.Schema, Iterator[pa.Table]]":
        conditions = self._confirmed(chosen)
        return self._pages(_NUMBER_ROW, _NUMBERS, conditions.clauses, conditions.values, "n.id")

    def _confirmed(self, chosen: NumberFilter) -> Conditions:
        """The conditions of a filter on numbers, whose user exists."""
        with self._store.session() as cursor:
            confirm_user_of_numbers(cursor, chosen)
        return conditions_of(chosen)

    def _pages(
        self, columns: str, source: str, clauses: Sequence[str], values: Sequence[Any], key: str
    ) -> "tuple[pa.Schema, Iterator[pa.Table]]":
        """The schema, and pages of rows in ascending order of a key, up to the largest key at present."""
        first, last, most = (f"${len(values) + place}" for place in (1, 2, 3))
        where = " and ".join([*clauses, f"{key} > {first}", f"{key} <= {last}"])
        statement = f"select {columns} {source} where {where} order by {key} limit {most}"
        with self._store.session() as cursor:
            [newest] = cursor.execute(f"select coalesce(max({key}), 0) {source}").fetchall()
            schema = _table(cursor, statement, [*values, 0, 0, 0]).schema

        def pages() -> "Iterator[pa.Table]":
            after = 0
            while True:
                with self._store.session() as cursor:
                    page = _table(cursor, statement, [*values, after, newest[0], PAGE])
                if page.num_rows:
                    yield page
                if page.num_rows < PAGE:
                    return
                after = page["id"][-1].as_py()

        return schema, pages()


def _encoder(kind: ExportFormat | str) -> "Encode":
    from hwr_core.records.export_formats import ENCODERS  # noqa: PLC0415  see above

    try:
        return ENCODERS[ExportFormat(kind)]
    except ValueError as error:
        allowed = ", ".join(ExportFormat)
        raise InvalidValue(f"The format is {kind!r}; allowed are {allowed}.") from error


def _joined(source: str) -> str:
    return f"{source} join users u on u.id = p.user_id"


def _table(cursor: Cursor, statement: str, values: Sequence[Any]) -> "pa.Table":
    return cursor.sql(statement, params=list(values)).to_arrow_table()  # `execute` would make one more copy


def _separated(rows: Iterator[bytes]) -> Iterator[bytes]:
    for number, row in enumerate(rows):
        yield b", " + row if number else row


def _as_frame(rows: "pa.Table") -> "pd.DataFrame":
    """The rows as a DataFrame: integers and booleans keep their types where some are missing; images are 28x28."""
    import numpy as np  # noqa: PLC0415  see above
    import pandas as pd  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    kinds = {pa.int32(): pd.Int32Dtype(), pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype()}
    frame = rows.to_pandas(types_mapper=kinds.get)
    if "seen" in frame:
        frame["seen"] = [np.frombuffer(seen, np.uint8).reshape(SIDE, SIDE) for seen in frame["seen"]]
    return frame
