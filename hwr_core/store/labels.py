"""What each reading's picture really shows, drawn from feedback: one row for each reading that anything was said of."""

from collections.abc import Sequence

import duckdb


def settle_labels(cursor: duckdb.DuckDBPyConnection, reading_ids: Sequence[int]) -> None:
    """Draw the labels of these readings anew: the newest feedback that stands, verified when two people say the same.

    A reading of which nothing is said any more loses its label.
    """
    ids = list(reading_ids)
    cursor.execute("delete from labels where reading_id in (select unnest($1::bigint[]))", [ids])
    cursor.execute(
        """
        insert into labels (reading_id, created_at, actual_digit, verified)
        with standing as (
            select id, reading_id, created_at, user_id, actual_digit
            from feedback
            where replaced_at is null and reading_id in (select unnest($1::bigint[]))
        ),
        newest as (
            select distinct on (reading_id) reading_id, created_at, actual_digit
            from standing
            order by reading_id, id desc
        )
        select n.reading_id, n.created_at, n.actual_digit, count(distinct s.user_id) > 1
        from newest n
        join standing s on s.reading_id = n.reading_id and s.actual_digit is not distinct from n.actual_digit
        group by n.reading_id, n.created_at, n.actual_digit
        """,
        [ids],
    )
