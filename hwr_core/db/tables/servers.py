"""By which several servers share one history: migrations, which `migrations` lists."""

from hwr_core.db.cursor import Cursor


def owners_of_jobs(connection: Cursor) -> None:
    """Add to each job the server that runs it, when that was last heard of, and whether the job was asked to stop.

    `owner` is null for jobs that ran before; DuckDB's jobs have the lock on their folder for a heartbeat.
    """
    connection.execute("alter table jobs add column owner text")
    connection.execute("alter table jobs add column heartbeat_at timestamptz")
    connection.execute("alter table jobs add column stop_asked boolean")


def pointers_to_versions(connection: Cursor) -> None:
    """Add which version serves and challenges, which are retired, and the log of promotions, as lines of JSON.

    Servers that share a database keep them here; where the history is a DuckDB file they lie in the folder of versions.
    """
    connection.execute("create table model_aliases (alias text not null, version text not null)")
    connection.execute("create sequence promotion_ids")
    connection.execute("create table promotions (id bigint not null, line text not null)")
