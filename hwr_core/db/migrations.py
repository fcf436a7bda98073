"""The tables, and how an older file gets them: a list of functions, each run once, in order.

SQL is written in the dialect that DuckDB and PostgreSQL share. A migration that was released is never changed again.
"""

from collections.abc import Callable, Sequence

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.migration import roll_ups
from hwr_core.db.shared_tables import owners_of_jobs, pointers_to_versions
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


def users_and_readings(connection: Cursor) -> None:
    """Create the first tables, and user 1.

    Users are few and looked up often: a primary key and a unique name cost nothing. Readings, which are called
    predictions today, are many and have no index. A primary key makes an insert of 16 rows 10 to 20 % slower, and its
    index has to fit into memory; since ids ascend in the order of the rows, DuckDB finds one by the smallest and the
    largest id of each row group, in 1.4 ms among 500,000 rows. Ids come from a sequence only, which never repeats one.
    No foreign key either: DuckDB would then refuse harmless updates of a user; `record_predictions` looks up the user
    in its transaction.
    """
    connection.execute("create sequence user_ids")
    connection.execute(
        """
        create table users (
            id bigint primary key default nextval('user_ids'),
            username text not null,
            email text,
            created_at timestamptz not null default current_timestamp,
            is_active boolean not null default true
        )
        """
    )
    connection.execute("create unique index users_by_name on users (lower(username))")
    connection.execute("insert into users (username) values ('default')")
    connection.execute("create sequence reading_ids")
    connection.execute(
        """
        create table readings (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint not null,
            source text not null,
            file_name text,
            verdict text not null,
            digit smallint,
            confidence double precision not null,
            probabilities double precision[10] not null,
            seen bytea not null,
            model_version text not null,
            preprocessing_seconds double precision not null,
            inference_seconds double precision not null,
            enhancement_level double precision not null
        )
        """
    )


def feedback_labels_originals(connection: Cursor) -> None:
    """Add feedback and labels, and to each reading the hash of its image file, called original then and upload today.

    `feedback` only grows: relabelling marks a user's earlier feedback as replaced. `labels` has one row for each
    reading with current feedback, the newest: accuracy is then one join, not a search through all feedback.
    `hwr_core/records/feedback.py` writes both in one transaction. No index, as for readings: a scan of half a million
    rows takes 1 to 2 ms.
    """
    connection.execute("alter table readings add column original text")
    connection.execute("create sequence feedback_ids")
    connection.execute(
        """
        create table feedback (
            id bigint not null,
            created_at timestamptz not null,
            reading_id bigint not null,
            user_id bigint not null,
            actual_digit smallint,
            confidence_rating smallint,
            comments text not null,
            replaced_at timestamptz
        )
        """
    )
    connection.execute(
        """
        create table labels (
            reading_id bigint not null,
            created_at timestamptz not null,
            actual_digit smallint,
            verified boolean not null
        )
        """
    )


def jobs(connection: Cursor) -> None:
    """Add the table of jobs. It holds their states; the progress of a running job is in its folder.

    No primary key: DuckDB's index refuses a row that is updated twice in one transaction, and jobs are few.
    """
    connection.execute("create sequence job_ids")
    connection.execute(
        """
        create table jobs (
            id bigint not null,
            kind text not null,
            state text not null,
            user_id bigint not null,
            config text not null,
            created_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz,
            attempt integer not null,
            result text,
            error text
        )
        """
    )


def access(connection: Cursor) -> None:
    """Add roles and passwords, sessions, API keys, and the audit log.

    Passwords, sessions and API keys are stored as hashes only. A user without credentials is a viewer who cannot sign
    in. No primary keys and no indexes, as for jobs: the tables are small and their rows change.
    """
    connection.execute(
        """
        create table credentials (
            user_id bigint not null,
            role text not null,
            password_hash text,
            changed_at timestamptz not null
        )
        """
    )
    connection.execute(
        """
        create table sessions (
            token_hash text not null,
            user_id bigint not null,
            created_at timestamptz not null,
            expires_at timestamptz not null
        )
        """
    )
    connection.execute("create sequence api_key_ids")
    connection.execute(
        """
        create table api_keys (
            id bigint not null,
            user_id bigint not null,
            name text not null,
            key_hash text not null,
            hint text not null,
            created_at timestamptz not null,
            expires_at timestamptz,
            last_used_at timestamptz,
            revoked_at timestamptz
        )
        """
    )
    _audit_log(connection)


def _audit_log(connection: Cursor) -> None:
    connection.execute("create sequence audit_ids")
    connection.execute(
        """
        create table audit (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint,
            act text not null,
            about text not null,
            address text not null
        )
        """
    )


def identities(connection: Cursor) -> None:
    """Add the accounts at identity providers that users are linked with; without an index, as for credentials."""
    connection.execute(
        """
        create table identities (
            issuer text not null,
            subject text not null,
            user_id bigint not null,
            created_at timestamptz not null
        )
        """
    )


def predictions_and_uploads(connection: Cursor) -> None:
    """Rename readings to predictions and originals to uploads, the words of everything else.

    DuckDB cannot rename a sequence. The new one continues where the old one stopped, also where the newest predictions
    were deleted: no id is ever given twice.
    """
    connection.execute("alter table readings rename to predictions")
    connection.execute("alter table predictions rename original to upload")
    for table in ("feedback", "labels"):
        connection.execute(f"alter table {table} rename reading_id to prediction_id")
    row = connection.execute("select nextval('reading_ids')").fetchone()
    assert row is not None  # a select without a table has one row
    connection.execute(f"create sequence prediction_ids start with {int(row[0])}")
    connection.execute("drop sequence reading_ids")


def numbers(connection: Cursor) -> None:
    """Add the whole numbers that were read, what users say they are, and the uploads that anything refers to.

    `found` is what was read in full, as JSON: lines and digits with their boxes. No primary keys, as for jobs.
    """
    connection.execute("create sequence number_ids")
    connection.execute(
        """
        create table numbers (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint not null,
            source text not null,
            file_name text,
            text text not null,
            confidence double precision not null,
            accepted boolean not null,
            max_error double precision not null,
            pattern text,
            fits boolean,
            pages integer not null,
            model_version text not null,
            seconds double precision not null,
            enhancement_level double precision not null,
            upload text,
            found text not null,
            actual_text text,
            labelled_at timestamptz
        )
        """
    )
    connection.execute("create sequence number_feedback_ids")
    connection.execute(
        """
        create table number_feedback (
            id bigint not null,
            created_at timestamptz not null,
            number_id bigint not null,
            user_id bigint not null,
            actual_text text not null,
            comments text not null,
            replaced_at timestamptz
        )
        """
    )
    connection.execute(
        """
        create view used_uploads as
        select upload from predictions where upload is not null
        union
        select upload from numbers where upload is not null
        """
    )


def forms(connection: Cursor) -> None:
    """Add the forms that scans are read by: an empty page as PNG, and its fields as JSON."""
    connection.execute("create sequence form_ids")
    connection.execute(
        """
        create table forms (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint,
            name text not null,
            page bytea not null,
            fields text not null
        )
        """
    )


def scripts(connection: Cursor) -> None:
    """Add the script that an image was read in, and that of each user.

    Not all have ten symbols, and some are worth more than 9.
    """
    connection.execute("alter table users add column script text default 'western'")
    connection.execute("alter table predictions add column script text default 'western'")
    connection.execute("alter table predictions alter script set not null")
    connection.execute("alter table numbers add column script text default 'western'")
    connection.execute("alter table predictions alter digit type integer")
    connection.execute("alter table predictions alter probabilities type double precision[]")
    for table in ("feedback", "labels"):
        connection.execute(f"alter table {table} alter actual_digit type integer")


def experiments(connection: Cursor) -> None:
    """Add the experiments between model versions, and to each prediction the one that chose its version.

    `arms` are the versions and their shares, as JSON. `unit` is by whom a prediction counts, a hash. No primary key, as
    for jobs.
    """
    connection.execute("alter table predictions add column experiment bigint")
    connection.execute("alter table predictions add column unit text")
    connection.execute("create sequence experiment_ids")
    connection.execute(
        """
        create table experiments (
            id bigint not null,
            created_at timestamptz not null,
            user_id bigint not null,
            name text not null,
            arms text not null,
            ends_at timestamptz not null,
            metric text not null,
            smallest double precision not null,
            adaptive boolean not null,
            state text not null,
            finished_at timestamptz,
            reason text not null
        )
        """
    )


def shadow(connection: Cursor) -> None:
    """Add the version that shadows, in one row or none, and what it has read of stored predictions."""
    connection.execute(
        """
        create table shadow (
            version text not null,
            share double precision not null,
            started_at timestamptz not null,
            user_id bigint not null,
            dropped bigint not null
        )
        """
    )
    connection.execute(
        """
        create table shadow_readings (
            prediction_id bigint not null,
            version text not null,
            verdict text not null,
            digit integer,
            confidence double precision not null,
            seconds double precision not null
        )
        """
    )


def retraining(connection: Cursor) -> None:
    """Add the last training that began by itself: on how many verified labels, and its job; one row or none."""
    connection.execute(
        """
        create table retraining (
            labels bigint not null,
            job bigint not null,
            created_at timestamptz not null
        )
        """
    )


def notes_of_jobs(connection: Cursor) -> None:
    """Add what people say of a job: title, tags and notes as JSON; null for one of which nothing is said."""
    connection.execute("alter table jobs add column notes text")


def alerts(connection: Cursor) -> None:
    """Add the changes that the webhook was told, by a hash of figure and cause, as long as they go on."""
    connection.execute("create table alerts (change text not null, told_at timestamptz not null)")


def idempotency_keys(connection: Cursor) -> None:
    """Add the keys by which a program that sends an image again is told what was stored the first time."""
    connection.execute(
        """
        create table idempotency_keys (
            user_id bigint not null,
            key text not null,
            prediction_id bigint not null,
            content text not null
        )
        """
    )
    connection.execute("create index idempotency_keys_by_key on idempotency_keys (key)")


def keys_of_users(connection: Cursor) -> None:
    """Add the keys that a user has chosen, as JSON; null for the usual ones."""
    connection.execute("alter table users add column keys text")


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
)
