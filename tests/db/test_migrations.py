"""Migrations: what happens to a new or an older file when it is opened."""

from contextlib import closing
from dataclasses import replace

import duckdb
import pytest

from hwr_core.auth.identities import Identities, Identity
from hwr_core.auth.permissions import Caller
from hwr_core.db.file_store import FileStore
from hwr_core.db.migrations import MIGRATIONS, migrate
from hwr_core.errors import StoreUnavailable
from hwr_core.records.roles import Role
from hwr_core.records.users import get_user

pytestmark = pytest.mark.duckdb_file


def _names(connection):
    return [name for (name,) in connection.execute("select name from migrations").fetchall()]


def test_a_missing_file_gets_tables_and_user_1(store, database):
    """The first session makes folder, file and tables, and the default user has id 1."""
    with store.session() as cursor:
        assert get_user(cursor, 1).username == "default"
        assert cursor.execute("select count(*) from predictions").fetchone() == (0,)
    assert database.is_file()


def test_migrating_twice_changes_nothing(tmp_path):
    """Every migration is applied once, however often the file is opened."""
    with duckdb.connect(tmp_path / "hwr.duckdb") as connection:
        migrate(connection)
        migrate(connection)
        assert _names(connection) == [migration.__name__ for migration in MIGRATIONS]
        assert connection.execute("select count(*) from users").fetchone() == (1,)


def test_an_older_file_gets_only_what_it_lacks(tmp_path):
    """A migration added later is applied to a file that has the earlier ones, and its data stays."""

    def nicknames(connection):
        connection.execute("alter table users add column nickname text")

    with duckdb.connect(tmp_path / "hwr.duckdb") as connection:
        migrate(connection)
        migrate(connection, [*MIGRATIONS, nicknames])
        assert _names(connection) == [*(migration.__name__ for migration in MIGRATIONS), "nicknames"]
        assert connection.execute("select username, nickname from users").fetchall() == [("default", None)]


def test_a_migration_that_fails_leaves_no_trace(tmp_path):
    """A migration is applied whole or not at all."""

    def half(connection):
        connection.execute("create table halves (id bigint)")
        raise RuntimeError("the power went out")

    with duckdb.connect(tmp_path / "hwr.duckdb") as connection:
        with pytest.raises(RuntimeError, match="power"):
            migrate(connection, [*MIGRATIONS, half])
        assert "half" not in _names(connection)
        with pytest.raises(duckdb.CatalogException):
            connection.execute("select * from halves")


def test_a_file_of_a_newer_hwr_is_refused_and_released(store, database):
    """A file with a migration we do not know is not touched and not kept open."""
    with store.session() as cursor:
        cursor.execute("insert into migrations (name) values ('from_the_future')")
    store.close()
    with (
        pytest.raises(StoreUnavailable, match="newer hwr"),
        FileStore(database, busy_timeout=0, idle_release=60).session(),
    ):
        pass
    with duckdb.connect(database, read_only=True) as connection:
        assert "from_the_future" in _names(connection)


def test_usernames_differ_by_more_than_case(store):
    """No two users have names that differ in upper and lower case alone."""
    with pytest.raises(duckdb.ConstraintException), store.session() as cursor:
        cursor.execute("insert into users (username) values ('DEFAULT')")


def test_users_of_an_older_file_can_be_linked_and_stay_who_they_are(database):
    """A file made before there were identity providers keeps its users and roles, and they can be linked."""
    before = [migration for migration in MIGRATIONS if migration.__name__ != "identities"]
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(database) as connection:
        migrate(connection, before)
        connection.execute("insert into users (username, email) values ('Ada', 'ada@example.org')")
        connection.execute("insert into credentials (user_id, role, changed_at) values (2, 'admin', now())")
    with closing(FileStore(database, busy_timeout=0, idle_release=60)) as store:
        ada = Identity("https://id.example.org", "ada-1", "ada@example.org")
        assert Identities(store).caller(ada, may_join=False) == Caller(2, "Ada", Role.ADMIN)
        assert Identities(store).caller(replace(ada, email=None), may_join=False).user_id == 2


LAST_VERSION = MIGRATIONS[: [each.__name__ for each in MIGRATIONS].index("predictions_and_uploads")]

INSERT_READINGS = """
    insert into readings (id, created_at, user_id, source, verdict, digit, confidence, probabilities, seen,
        model_version, preprocessing_seconds, inference_seconds, enhancement_level, original)
    select nextval('reading_ids'), '2026-01-01T00:00:00Z', 1, 'upload', 'digit', 7, 0.9,
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.91, 0.01, 0.01], $1, 'v1', 0.001, 0.001, 1.0, repeat('a', 64)
    from generate_series(1, 3)
"""


@pytest.fixture
def last_version(database):
    """A history of the last version: readings 1 to 3, the first of them labelled as a 1."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, LAST_VERSION)
        connection.execute(INSERT_READINGS, [bytes(784)])
        connection.execute("insert into feedback values (nextval('feedback_ids'), now(), 1, 1, 1, 5, 'one', null)")
        connection.execute("insert into labels values (1, now(), 1, false)")
    return database


def test_readings_of_the_last_version_become_predictions(last_version, store, history, feedback):
    """Each keeps its id, the hash of its upload, its label and its feedback."""
    first = history.get(1)
    assert (first.upload, first.label.digit) == ("a" * 64, 1)
    assert [(each.prediction_id, each.comments) for each in feedback.of_prediction(1)] == [(1, "one")]
    assert history.count() == 3


@pytest.mark.parametrize("deleted", [0, 1, 3])
def test_ids_go_on_after_the_renaming(last_version, deleted, record, new_prediction):
    """The next prediction gets an id that no reading ever had, also when the newest ones had been deleted."""
    with duckdb.connect(last_version) as connection:
        connection.execute("delete from readings where id > $1", [3 - deleted])
    assert [kept.id for kept in record(new_prediction(), new_prediction())] == [4, 5]


def test_ids_of_an_empty_history_start_at_one(database, record, new_prediction):
    """A file of the last version without readings gives the first id like a new one."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(database) as connection:
        migrate(connection, LAST_VERSION)
    assert [kept.id for kept in record(new_prediction())] == [1]


@pytest.mark.parametrize("known", range(1, len(MIGRATIONS)))
def test_a_file_of_each_earlier_shape_becomes_that_of_a_new_one(tmp_path, known):
    """Whatever migrations a file has behind it, the others give it the tables, columns and defaults of a new file."""
    shapes = []
    for name, first in (("older.duckdb", MIGRATIONS[:known]), ("new.duckdb", MIGRATIONS)):
        with duckdb.connect(tmp_path / name) as connection:
            migrate(connection, first)
            migrate(connection)
            shapes.append(
                connection.execute(
                    "select table_name, column_index, column_name, data_type, column_default, is_nullable "
                    "from duckdb_columns() where not internal order by all"
                ).fetchall()
            )
    assert shapes[0] == shapes[1]
