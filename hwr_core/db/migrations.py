"""The tables, and how an older file gets them: a list of functions, each run once, in order.

SQL is written in the dialect that DuckDB and PostgreSQL share. A migration that was released is never changed again.
"""

from collections.abc import Callable, Sequence

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.migration import roll_ups
from hwr_core.db.tables.access import access, identities
from hwr_core.db.tables.history import (
    feedback_labels_originals,
    forms,
    idempotency_keys,
    keys_of_users,
    number_idempotency_keys,
    numbers,
    predictions_and_uploads,
    scripts,
    users_and_readings,
)
from hwr_core.db.tables.models import alerts, experiments, jobs, notes_of_jobs, retraining, shadow
from hwr_core.db.tables.servers import owners_of_jobs, pointers_to_versions
from hwr_core.errors import StoreUnavailable

Migration = Callable[[Cursor], None]


def migrate(connection: Cursor, migrations: Sequence[Migration] | None = None) -> None:
    """Apply missing migrations, each in its own transaction. Raises StoreUnavailable for a file of a newer hwr."""
    migrations = MIGRATIONS if migrations is None else migrations
    applied = _applied(connection)
    if applied - {migration.__name__ for migration in migrations}:
        raise StoreUnavailable("The history was written by a newer hwr. Update hwr, or use another data folder.")
    for migration in migrations:
        if migration.__name__ not in applied:
            _apply(connection, migration)


def _applied(connection: Cursor) -> set[str]:
    connection.execute(
        """
        create table if not exists migrations (
            name text not null,
            applied_at timestamptz not null default current_timestamp
        )
        """
    )
    return {name for (name,) in connection.execute("select name from migrations").fetchall()}


def _apply(connection: Cursor, migration: Migration) -> None:
    connection.begin()
    try:
        migration(connection)
        connection.execute("insert into migrations (name) values ($1)", [migration.__name__])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


MIGRATIONS: Sequence[Migration] = (
    users_and_readings,
    feedback_labels_originals,
    jobs,
    access,
    identities,
    predictions_and_uploads,
    numbers,
    forms,
    scripts,
    experiments,
    shadow,
    retraining,
    notes_of_jobs,
    alerts,
    idempotency_keys,
    owners_of_jobs,
    pointers_to_versions,
    keys_of_users,
    roll_ups,
    number_idempotency_keys,
)
