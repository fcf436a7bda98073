"""The people readings belong to."""

from datetime import UTC

import duckdb

from hwr_core.errors import UserNotFound
from hwr_core.records import User


def fits_bigint(value: int) -> bool:
    """Whether an id column can hold the number at all; DuckDB raises a conversion error for any other."""
    return -(2**63) <= value < 2**63


def get_user(cursor: duckdb.DuckDBPyConnection, user_id: int) -> User:
    """The user with this id. Raises UserNotFound."""
    row = None
    if fits_bigint(user_id):
        row = cursor.execute(
            "select id, username, email, created_at, is_active from users where id = $1",
            [user_id],
        ).fetchone()
    if row is None:
        raise UserNotFound(user_id)
    found_id, username, email, created_at, is_active = row
    return User(found_id, username, email, created_at.astimezone(UTC), is_active)
