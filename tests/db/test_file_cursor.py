"""DuckDB's cursor with statements that stay parsed."""

from contextlib import closing

import duckdb
import pytest

from hwr_core.db.file_cursor import MOST, FileCursor, Statements


@pytest.fixture
def cursor():
    """A cursor in a transaction."""
    with duckdb.connect() as connection, closing(FileCursor(connection, Statements())) as cursor:
        cursor.begin()
        yield cursor


def test_a_statement_takes_new_values_each_time(cursor):
    """Also of another type than before."""
    for value in (7, None, "seven", [7, 8]):
        assert cursor.execute("select $1", [value]).fetchall() == [(value,)]


def test_a_statement_sees_the_tables_as_they_are_now(cursor):
    """Parsing knows no tables: what was parsed before a table changed holds after it."""
    cursor.execute("create table digits as select 7::integer as digit")
    assert cursor.execute("select * from digits").fetchall() == [(7,)]

    cursor.execute("alter table digits add column label text default 'seven'")

    assert cursor.execute("select * from digits").fetchall() == [(7, "seven")]


def test_several_statements_run_as_one_query(cursor):
    """As in migrations."""
    cursor.execute("create table digits (digit integer); insert into digits values (7), (8)")
    assert cursor.execute("select count(*) from digits").fetchone() == (2,)


def test_a_mistake_is_told_each_time(cursor):
    """Nothing stays of a statement that cannot be parsed."""
    for _ in range(2):
        with pytest.raises(duckdb.ParserException):
            cursor.execute("selct 7")


def test_any_number_of_statements_run(cursor):
    """More than stay parsed."""
    for number in range(2 * MOST):
        assert cursor.execute(f"select {number}").fetchone() == (number,)
