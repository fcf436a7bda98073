"""Users, predictions, labels, numbers and forms: migrations, which `migrations` lists."""

from hwr_core.db.cursor import Cursor


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


def number_idempotency_keys(connection: Cursor) -> None:
    """Add the same for numbers: a program may send one image, with one key, to be read as a digit and as a number."""
    connection.execute(
        """
        create table number_idempotency_keys (
            user_id bigint not null,
            key text not null,
            number_id bigint not null,
            content text not null
        )
        """
    )
    connection.execute("create index number_idempotency_keys_by_key on number_idempotency_keys (key)")
