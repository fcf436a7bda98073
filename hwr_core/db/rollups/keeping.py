"""Keeps the roll-ups true: whatever changes a prediction or its label says so here, in its own transaction."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import CHANGED, ROLL_UPS, RollUp, facts_of_rows

log = logging.getLogger(__name__)

EVERY = 32_768
"""Predictions are counted into the roll-ups when the last id has passed a multiple of it. More often would slow writing
down, since a fold takes as long as some hundred predictions; less often the questions, which count these one by one."""

AT_ONCE = 250_000
"""Predictions that are counted in one transaction where a whole history is to be."""


def watermark(cursor: Cursor) -> int:
    """Return the id up to which predictions are in the roll-ups."""
    [(found,)] = cursor.execute("select watermark from roll_ups").fetchall()
    return int(found)


@contextmanager
def counted_anew(cursor: Cursor, ids: Sequence[int]) -> Iterator[None]:
    """Count the predictions with these ids as they are after the block, no more as before; for changes of labels."""
    until = watermark(cursor)
    counted = [each for each in ids if each <= until]
    if counted:
        _note(cursor, "p.id in (select unnest($1::bigint[]))", [counted], weight=-1)
    yield
    if counted:
        _note(cursor, "p.id in (select unnest($1::bigint[]))", [counted], weight=1)


def uncount(cursor: Cursor, condition: str, values: Sequence[Any]) -> None:
    """Take the predictions that meet a condition (SQL of our own) out of the roll-ups, before they are deleted."""
    place = f"${len(values) + 1}"
    _note(
        cursor,
        f"p.id <= {place} and p.id in (select id from predictions where {condition})",  # noqa: S608  ours
        [*values, watermark(cursor)],
        weight=-1,
    )
    [(changed,)] = cursor.execute("select count(*) from changed_facts").fetchall()
    if changed > EVERY:
        _fold(cursor, watermark(cursor))


def count_new(cursor: Cursor, first: int, last: int) -> None:
    """Count new predictions into the roll-ups when it is time; called by the one writer with the ids it has drawn.

    Ids are drawn and committed by one writer at a time: where one is there, no smaller one is still to come.
    """
    if first // EVERY != (last + 1) // EVERY:
        _fold(cursor, last)


def catch_up(cursor: Cursor, begin: Callable[[], object]) -> None:
    """Count a history that is there already, some of it in each transaction; stopped half-way it goes on from there.

    `begin` begins a transaction of the one writer.
    """
    newest = _newest(cursor)
    while newest - (done := watermark(cursor)) > 2 * EVERY:
        begin()
        try:
            _fold(cursor, min(newest, done + AT_ONCE))
            cursor.commit()
        except BaseException:
            cursor.rollback()
            raise
        log.info("Counting the history: %s of about %s predictions.", f"{watermark(cursor):,}", f"{newest:,}")


def _newest(cursor: Cursor) -> int:
    [(found,)] = cursor.execute("select max(id) from predictions").fetchall()
    return int(found or 0)


def _note(cursor: Cursor, condition: str, values: Sequence[Any], *, weight: int) -> None:
    cursor.execute(f"insert into changed_facts ({CHANGED}) {facts_of_rows(condition, weight)}", values)


def _fold(cursor: Cursor, until: int) -> None:
    """Put changes, and the predictions up to an id, into all roll-ups."""
    [(since, folds)] = cursor.execute("select watermark, folds from roll_ups").fetchall()
    for roll_up in ROLL_UPS:
        _merge(cursor, roll_up, since, until, folds + 1)
    cursor.execute("delete from changed_facts")
    cursor.execute("update roll_ups set watermark = $1, folds = $2", [max(since, until), folds + 1])


def _merge(cursor: Cursor, roll_up: RollUp, since: int, until: int, fold: int) -> None:
    """Write anew what has new facts: the rows of their days, or of their users."""
    new = f"{facts_of_rows('p.id > $1 and p.id <= $2')} union all select {CHANGED} from changed_facts"  # noqa: S608
    sums = ", ".join(f'sum("{name}")::bigint' for name in roll_up.sums)
    cursor.execute(
        f"""
        insert into {roll_up.table} (fold, {roll_up.columns})
        with fresh as ({roll_up.facts(new)})
        select $3::bigint, {", ".join(roll_up.keys)}, {sums}
        from (
            select {roll_up.columns} from fresh
            union all
            select {roll_up.columns} from {roll_up.table}
            where {roll_up.merged_by} in (select {roll_up.merged_by} from fresh)
        ) both_of_them
        group by {", ".join(roll_up.keys)}
        """,  # noqa: S608  ours
        [since, until, fold],
    )
    cursor.execute(
        f"delete from {roll_up.table} where predictions = 0 or fold < $1 and {roll_up.merged_by} in "  # noqa: S608
        f"(select {roll_up.merged_by} from {roll_up.table} where fold = $1)",
        [fold],
    )
