"""The table of sessions: who is signed in, by the hash of the token in the browser's cookie."""

from datetime import UTC, datetime

from hwr_core.auth.permissions import Caller
from hwr_core.db.store import Store
from hwr_core.records.roles import Role


class Sessions:
    """The sessions of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, token_hash: str, user_id: int, expires_at: datetime) -> None:
        """Add a session, and remove the expired ones."""
        now = datetime.now(UTC)
        with self._store.writing() as cursor:
            cursor.execute("delete from sessions where expires_at <= $1", [now])
            cursor.execute(
                "insert into sessions (token_hash, user_id, created_at, expires_at) values ($1, $2, $3, $4)",
                [token_hash, user_id, now, expires_at],
            )

    def caller(self, token_hash: str) -> Caller | None:
        """Return who is signed in with a token, None when it is unknown, expired or of a deactivated user."""
        with self._store.session() as cursor:
            row = cursor.execute(
                """
                select u.id, u.username, c.role
                from sessions s
                join users u on u.id = s.user_id
                join credentials c on c.user_id = s.user_id
                where s.token_hash = $1 and s.expires_at > $2 and u.is_active
                """,
                [token_hash, datetime.now(UTC)],
            ).fetchone()
        return None if row is None else Caller(row[0], row[1], Role(row[2]))

    def end(self, token_hash: str) -> None:
        """Remove a session."""
        with self._store.writing() as cursor:
            cursor.execute("delete from sessions where token_hash = $1", [token_hash])
