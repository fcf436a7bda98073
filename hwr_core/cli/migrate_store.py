"""hwr migrate-store: the history from one engine into the other."""

from typing import Annotated, Literal

from cyclopts import Parameter

from hwr_core.cli.output.status import DONE


def migrate_store(
    to: Annotated[Literal["postgresql", "duckdb"], Parameter(name="TO", help="Where the history is to be.")], /
) -> int:
    """Copy the history from its DuckDB file into PostgreSQL (HWR_DATABASE_URL), or back; the source stays."""
    from hwr_core.ops.migrate_store import Engine, migrate_store
    from hwr_core.settings import load_settings

    moved = migrate_store(load_settings(), Engine(to))
    for table, count in moved.rows.items():
        if count:
            print(f"{table}: {count:,}")
    print(f"{moved.total:,} rows are in {to}, compared with the source, which stays as it is.")
    return DONE
