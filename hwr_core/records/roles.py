"""Keeps somebody who may manage people: without one, only the command line could let anybody in again."""

from enum import StrEnum

import duckdb

from hwr_core.errors import Conflict


class Role(StrEnum):
    """What a person is here; what each may do stands in `hwr_core/auth/permissions.py`."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


def refuse_if_last_admin(cursor: duckdb.DuckDBPyConnection, user_id: int, what: str) -> None:
    """Raise Conflict where a user is an active admin and no other one can sign in, by a password or a provider.

    To be asked in the transaction that would change that.
    """
    admins = dict(
        cursor.execute(
            """
            select u.id, c.password_hash is not null or u.id in (select user_id from identities)
            from users u
            join credentials c on c.user_id = u.id
            where c.role = $1 and u.is_active
            """,
            [Role.ADMIN.value],
        ).fetchall()
    )
    if user_id in admins and not any(comes_in for other, comes_in in admins.items() if other != user_id):
        raise Conflict(
            f"User {user_id} is the last active admin and cannot be {what}. First make an admin, with a password, of "
            "somebody else."
        )
