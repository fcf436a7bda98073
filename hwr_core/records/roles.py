"""Roles, and the rule that one active admin remains: without one, only the command line could restore access."""

from enum import StrEnum

from hwr_core.db.cursor import Cursor
from hwr_core.errors import Conflict


class Role(StrEnum):
    """A user's role; `hwr_core/auth/permissions.py` lists what each may do."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    ADMIN = "admin"


def refuse_if_last_admin(cursor: Cursor, user_id: int, what: str) -> None:
    """Raise Conflict where a user is an active admin and no other active admin can sign in, by password or provider.

    Call it in the transaction that makes the change.
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
    if user_id in admins and not any(can_sign_in for other, can_sign_in in admins.items() if other != user_id):
        raise Conflict(
            f"User {user_id} is the last active admin and cannot be {what}. First make another user an admin with a "
            "password."
        )
