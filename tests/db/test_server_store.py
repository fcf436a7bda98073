"""The store on a PostgreSQL server: sessions, writers, failures, and what clients are told of them."""

import time
from contextlib import closing
from threading import Barrier, Thread

import psycopg
import pytest

from hwr_core.app.server_lock import SoleServer
from hwr_core.db.migrations import MIGRATIONS
from hwr_core.db.server_connection import bring_up_to_date
from hwr_core.db.server_errors import translated
from hwr_core.db.server_link import ServerLink
from hwr_core.db.server_store import CONNECTIONS, ServerStore
from hwr_core.errors import Conflict, InvalidValue, NotFound, StoreBusy, StoreError, StoreUnavailable
from hwr_core.ops.backup.make import back_up
from hwr_core.ops.doctor import contents
from hwr_core.ops.doctor.finding import State
from hwr_core.records.users import Users
from hwr_core.settings import Settings


@pytest.fixture
def url(postgresql):
    """A database with all tables."""
    return postgresql.new_database()


@pytest.fixture
def server_store(url):
    """A store on it."""
    with closing(ServerStore(url, busy_timeout=30)) as store:
        yield store


@pytest.fixture
def on_server(url, settings):
    """Settings of a history on the server."""
    return Settings(data_dir=settings.data_dir, models_dir=settings.models_dir, database_url=url)


def test_an_empty_database_gets_tables_indexes_and_user_1(postgresql):
    """All that a new database lacks is made when it is first used, by however many at once."""
    empty = postgresql.new_database(template=None)
    together = [Thread(target=bring_up_to_date, args=(empty, 60)) for _ in range(4)]
    for each in together:
        each.start()
    for each in together:
        each.join()

    with closing(ServerStore(empty, busy_timeout=30)) as store, store.session() as cursor:
        names = cursor.execute("select name from migrations").fetchall()
        assert names == [(migration.__name__,) for migration in MIGRATIONS]
        assert cursor.execute("select id, username from users").fetchall() == [(1, "default")]
        assert cursor.execute("select 1 from pg_indexes where indexname = 'predictions_by_id'").fetchone() == (1,)


def test_a_database_of_a_newer_hwr_is_refused(server_store, url):
    """What an older hwr does not know it leaves alone."""
    with server_store.writing() as cursor:
        cursor.execute("insert into migrations (name) values ('from_the_future')")
    with (
        closing(ServerStore(url, busy_timeout=30)) as older,
        pytest.raises(StoreUnavailable, match="newer hwr"),
        older.session(),
    ):
        pass


def test_a_session_that_fails_leaves_nothing(server_store):
    """An error of the body rolls the transaction back and passes unchanged."""
    with pytest.raises(NotFound), server_store.writing() as cursor:
        cursor.execute("insert into users (username) values ('Ada')")
        raise NotFound("nothing")
    with server_store.session() as cursor:
        assert cursor.execute("select count(*) from users").fetchone() == (1,)


def test_all_that_a_session_reads_is_of_one_moment(server_store):
    """What another writer commits meanwhile is not seen half-way through a page."""
    with server_store.session() as reader:
        before = reader.execute("select count(*) from users").fetchone()
        with server_store.writing() as cursor:
            cursor.execute("insert into users (username) values ('Ada')")
        assert reader.execute("select count(*) from users").fetchone() == before


def test_writers_of_two_processes_take_turns(url):
    """Each writer sees what the one before it has committed: no count is lost."""

    def add(store: ServerStore, times: int) -> None:
        for _ in range(times):
            with store.writing() as cursor:
                [(number,)] = cursor.execute("select count(*) from alerts").fetchall()
                cursor.execute("insert into alerts values ($1, now())", [f"{number}"])

    with closing(ServerStore(url, busy_timeout=60)) as one, closing(ServerStore(url, busy_timeout=60)) as other:
        threads = [Thread(target=add, args=(store, 20)) for store in (one, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with one.session() as cursor:
            names = cursor.execute("select change from alerts").fetchall()
    assert sorted(int(name) for (name,) in names) == list(range(40))


def test_a_writer_that_waits_too_long_is_told_so(url):
    """Busy, not broken: the caller may try again."""
    with (
        closing(ServerStore(url, busy_timeout=30)) as slow,
        closing(ServerStore(url, busy_timeout=0.05)) as hasty,
        slow.writing(),
        pytest.raises(StoreBusy, match="busy"),
        hasty.writing(),
    ):
        pass


def test_more_threads_than_connections_share_them(server_store):
    """Threads wait for a connection of others instead of failing."""
    begin, seen = Barrier(3 * CONNECTIONS), []

    def read() -> None:
        begin.wait()
        with server_store.session() as cursor:
            seen.append(cursor.execute("select 1").fetchone())

    threads = [Thread(target=read) for _ in range(3 * CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(1,)] * 3 * CONNECTIONS


def test_a_text_with_nul_is_the_callers_mistake(server_store, uploads):
    """PostgreSQL stores no character 0; the message says so, and the store goes on."""
    with pytest.raises(InvalidValue, match="NUL"), server_store.writing() as cursor:
        cursor.execute("insert into users (username) values ($1)", ["a\0b"])
    assert Users(server_store, uploads).create("Ada").username == "Ada"


def test_a_broken_constraint_is_a_conflict(server_store):
    """What exists already is said in words, without SQL."""
    with pytest.raises(Conflict, match="exists already"), server_store.writing() as cursor:
        cursor.execute("insert into users (username) values ('DEFAULT')")


def test_a_mistake_in_our_sql_is_not_hidden():
    """Only failures of the server are translated: a fault of ours has to be seen."""
    assert translated(psycopg.errors.UndefinedTable()) is None
    assert translated(psycopg.errors.NotNullViolation()) is None


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (psycopg.errors.DiskFull(), StoreUnavailable, "no space"),
        (psycopg.errors.TooManyConnections(), StoreUnavailable, "max_connections"),
        (psycopg.errors.AdminShutdown(), StoreUnavailable, "starting or stopping"),
        (psycopg.errors.ReadOnlySqlTransaction(), StoreUnavailable, "replica"),
        (psycopg.errors.InsufficientPrivilege(), StoreUnavailable, "owner"),
        (psycopg.errors.SerializationFailure(), StoreBusy, "Try again"),
        (psycopg.errors.DeadlockDetected(), StoreBusy, "Try again"),
        (psycopg.errors.ConnectionFailure(), StoreUnavailable, "cannot be reached"),
    ],
)
def test_each_failure_of_the_server_says_what_to_do(error, kind, words):
    """By SQLSTATE, whatever the language of the server's messages."""
    found = translated(error)
    assert type(found) is kind
    assert words in str(found)


def test_what_is_wrong_with_the_address_is_said(url, postgresql):
    """No server, and no such database; neither address nor password is repeated."""
    for wrong, words in (
        ("postgresql://hwr:hidden@127.0.0.1:1/hwr", "cannot be reached"),
        (postgresql.url("nowhere"), "no such database"),
        ("postgresql://hwr:p%zzhidden@127.0.0.1/hwr", "percent-encoded"),
    ):
        store = ServerStore(wrong, busy_timeout=5)
        with pytest.raises(StoreUnavailable, match=words) as caught, store.session():
            pass
        assert "hidden" not in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)


def test_a_closed_store_refuses_sessions(server_store):
    """After the last session nothing connects again."""
    with server_store.session():
        pass
    server_store.close()
    server_store.close()
    with pytest.raises(StoreError, match="closed"), server_store.session():
        pass


def test_after_a_restart_of_the_server_sessions_go_on(postgresql, server_store):
    """While it is down clients are told so; connections made before are replaced without an error."""
    with server_store.session():
        pass
    postgresql.stop()
    try:
        with pytest.raises(StoreUnavailable, match="cannot be reached"), server_store.session(patience=0.1):
            pass
    finally:
        postgresql.start()
    deadline = time.monotonic() + 60
    while True:
        try:
            with server_store.session() as cursor:
                assert cursor.execute("select count(*) from users").fetchone() == (1,)
        except StoreError:
            assert time.monotonic() < deadline
        else:
            return


def test_servers_share_a_database_and_whoever_moves_the_history_has_it_alone(on_server, url):
    """Two servers use it at once; a process that wants it alone is refused until they have ended, and refuses them."""
    one, other, mover = ServerLink(url), ServerLink(url), SoleServer(on_server)
    assert one.join(print, print)
    assert other.join(print, print)
    one.close()
    with pytest.raises(Conflict, match="HWR_DATABASE_URL"):
        mover.take(patience=0)
    other.close()
    mover.take(patience=30)
    assert not ServerLink(url).join(print, print)
    mover.leave()


def test_backup_and_doctor_know_where_the_history_is(on_server, tmp_path):
    """`hwr backup` names pg_dump; `hwr doctor` looks at the server, not for a file."""
    with pytest.raises(InvalidValue, match="pg_dump"):
        back_up(on_server, tmp_path / "backup.zip")
    found = contents.database(on_server)
    assert found.state is State.GOOD
    assert "PostgreSQL" in found.found
    assert not on_server.database.exists()
