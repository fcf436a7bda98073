"""Moves a whole history from one engine to the other: every row, counted and compared, all or nothing.

The target is empty before, and its one transaction is committed only when each table holds what the source holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate, chain
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import ROLL_UPS
from hwr_core.errors import Conflict, StoreUnavailable

TABLES: dict[str, tuple[str, ...]] = {
    "users": ("id",),
    "predictions": ("id",),
    "feedback": ("id",),
    "labels": ("prediction_id",),
    "jobs": ("id",),
    "credentials": ("user_id",),
    "sessions": ("token_hash",),
    "api_keys": ("id",),
    "audit": ("id",),
    "identities": ("issuer", "subject"),
    "numbers": ("id",),
    "number_feedback": ("id",),
    "forms": ("id",),
    "experiments": ("id",),
    "shadow": ("started_at",),
    "shadow_readings": ("prediction_id", "version"),
    "retraining": ("created_at",),
    "alerts": ("change",),
    "idempotency_keys": ("user_id", "key"),
    "number_idempotency_keys": ("user_id", "key"),
}
"""Every table with rows of a history, and what its rows are ordered by."""

OF_THEIR_OWN = ("migrations", "roll_ups", "changed_facts", *(roll_up.table for roll_up in ROLL_UPS))
"""The tables that each engine fills itself: roll-ups are counted anew when the target is opened."""

IN_FILES = ("model_aliases", "promotions")
"""Tables that say what files say beside a DuckDB file: they are empty there, and taken over from the files here."""

SEQUENCES = (
    "user_ids",
    "prediction_ids",
    "feedback_ids",
    "job_ids",
    "api_key_ids",
    "audit_ids",
    "number_ids",
    "number_feedback_ids",
    "form_ids",
    "experiment_ids",
)
"""The sequences that ids come from."""

PAGE = 2_000
"""Rows that are in memory at once: about 4 MB of predictions."""

_ALLOWED_IN_EMPTY = {"users": 1}  # user 1 is made with the tables


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows of each table were moved."""

    rows: dict[str, int]

    @property
    def total(self) -> int:
        """All rows together."""
        return sum(self.rows.values())


def move(source: Cursor, target: Cursor) -> Moved:
    """Copy all rows within the two transactions, and compare them; the caller commits the target.

    Raises:
        Conflict: the target has a history already.
        StoreUnavailable: what arrived is not what was sent.
    """
    _refuse_history(target)
    _count_from_nothing(target)
    target.execute("delete from users")
    rows = {table: _move_table(source, target, table) for table in TABLES}
    for sequence in SEQUENCES:
        _continue_sequence(source, target, sequence)
    return Moved(rows)


def _refuse_history(target: Cursor) -> None:
    for table in TABLES:
        [(count,)] = target.execute(f"select count(*) from {table}").fetchall()  # noqa: S608  ours
        if count > _ALLOWED_IN_EMPTY.get(table, 0):
            raise Conflict(
                f"The target has a history already: {count:,} rows of {table}. Nothing was changed. Name an empty one."
            )


def _count_from_nothing(target: Cursor) -> None:
    """Forget what roll-ups say of predictions that were removed: those that arrive may have their ids."""
    for roll_up in ROLL_UPS:
        target.execute(f"delete from {roll_up.table}")  # noqa: S608  ours
    target.execute("delete from changed_facts")
    target.execute("update roll_ups set watermark = 0")


def _move_table(source: Cursor, target: Cursor, table: str) -> int:
    columns = _columns(source, table)
    if [*columns.items()] != [*_columns(target, table).items()]:
        raise StoreUnavailable(f"The table {table} has other columns in the target. Use the same hwr for both.")
    sent, count = blake2b(), 0
    for rows in _pages(source, table, columns):
        insert(target, table, columns, rows)
        _add(sent, rows)
        count += len(rows)
    arrived = blake2b()
    for rows in _pages(target, table, columns):
        _add(arrived, rows)
    [(there,)] = source.execute(f"select count(*) from {table}").fetchall()  # noqa: S608  ours
    if arrived.digest() != sent.digest() or there != count:
        raise StoreUnavailable(f"What arrived of {table} is not what was sent. Nothing was changed in the target.")
    return count


def _columns(cursor: Cursor, table: str) -> dict[str, str]:
    """The columns of a table in alphabetical order, since later migrations add theirs at the end, with their types."""
    rows = cursor.execute(
        """
        select column_name, lower(data_type) from information_schema.columns
        where table_name = $1 and table_schema = current_schema()
        order by column_name
        """,
        [table],
    ).fetchall()
    return {name: _TYPES.get(kind, kind) for name, kind in rows}


_TYPES = {
    "timestamp with time zone": "timestamptz",
    "character varying": "text",
    "varchar": "text",
    "blob": "bytea",
    "double": "double precision",
    "double[]": "double precision[]",
    "array": "double precision[]",  # the only lists of a history
}
"""Names of types in the two engines, as both understand them."""


def _pages(cursor: Cursor, table: str, columns: dict[str, str]) -> Iterator[list[tuple[Any, ...]]]:
    """All rows in a fixed order, some at a time; by what they are ordered by, no two are the same."""
    keys = TABLES[table]
    # Bytes decide the order of texts: the language of a database would order them otherwise.
    order = ", ".join(f"{_comparable(key, columns)} asc" for key in keys)
    selected = ", ".join(columns)
    places = [list(columns).index(key) for key in keys]
    after: Sequence[Any] = ()
    while True:
        bound = [f"${place}::{columns[key]}" for place, key in enumerate(keys, start=1)]
        left = ", ".join(_comparable(key, columns) for key in keys)
        where = f"where ({left}) > ({', '.join(bound)})" if after else ""
        rows = cursor.execute(
            f"select {selected} from {table} {where} order by {order} limit {PAGE}",  # noqa: S608  ours
            list(after),
        ).fetchall()
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        after = [rows[-1][place] for place in places]


def _comparable(key: str, columns: dict[str, str]) -> str:
    return f'{key} collate "C"' if columns[key] == "text" else key


def insert(target: Cursor, table: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows in one statement. Lists go as one flat list, from which each row takes its own."""
    values: list[list[Any]] = []
    lists, taken = [], []
    for place, (name, kind) in enumerate(columns.items()):
        column = [row[place] for row in rows]
        if kind.endswith("[]"):
            ends = list(accumulate(map(len, column)))
            values += [list(chain.from_iterable(column)), [1, *(end + 1 for end in ends[:-1])], ends]
            flat, first, last = (f"${len(values) + back}" for back in (-2, -1, 0))
            lists += [f"unnest({first}::bigint[]) as {name}_from", f"unnest({last}::bigint[]) as {name}_to"]
            taken.append(f"({flat}::{kind})[r.{name}_from:r.{name}_to]")
        else:
            values.append(column)
            lists.append(f"unnest(${len(values)}::{kind}[]) as {name}")
            taken.append(f"r.{name}")
    target.execute(
        f"insert into {table} ({', '.join(columns)}) "  # noqa: S608  ours
        f"select {', '.join(taken)} from (select {', '.join(lists)}) r",
        values,
    )


def _continue_sequence(source: Cursor, target: Cursor, sequence: str) -> None:
    """Draw ids until the next one follows the last of the source: an id of something deleted is not given again."""
    drawn, own = (_drawn(cursor, sequence) for cursor in (source, target))
    if own < drawn:
        target.execute(f"select max(nextval('{sequence}')) from generate_series(1, $1)", [drawn - own]).fetchall()  # noqa: S608  ours


def _drawn(cursor: Cursor, sequence: str) -> int:
    [(number,)] = cursor.execute(f"select nextval('{sequence}')").fetchall()
    return int(number)


def _add(digest: "blake2b", rows: Sequence[tuple[Any, ...]]) -> None:
    for row in rows:
        digest.update(repr([_plain(value) for value in row]).encode(errors="surrogatepass"))


def _plain(value: object) -> object:
    """A value as both engines' drivers would hand it out."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return list(value) if isinstance(value, (list, tuple)) else value
