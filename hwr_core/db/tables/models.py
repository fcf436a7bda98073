"""Jobs, experiments, shadows, retraining and alerts: migrations, which `migrations` lists."""

from hwr_core.db.cursor import Cursor


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
