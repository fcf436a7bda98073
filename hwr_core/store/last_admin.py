"""Keeps somebody who may manage people: without one, only the command line could let anybody in again."""

import duckdb

from hwr_core.errors import Conflict
from hwr_core.records import Role


def refuse_if_last_admin(cursor: duckdb.DuckDBPyConnection, user_id: int, what: str) -> None:
    """Raise Conflict where a user is the only active admin; to be asked in the transaction that would change that."""
    admins = cursor.execute(
        """
        select u.id
        from users u
        join credentials c on c.user_id = u.id
        where c.role = $1 and u.is_active
        """,
        [Role.ADMIN.value],
    ).fetchall()
    if admins == [(user_id,)]:
        raise Conflict(
            f"User {user_id} is the last active admin and cannot be {what}. Make somebody else an admin first."
        )
