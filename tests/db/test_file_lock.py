"""The opening lock: processes open and close one file one at a time, so that no header is read too early."""

from threading import Thread, Timer

import pytest

from hwr_core.db.file_lock import opening_lock
from hwr_core.db.file_store import FileStore
from hwr_core.errors import StoreBusy, StoreUnavailable

pytestmark = pytest.mark.duckdb_file

HEADERS = 3 * 4096
"""Bytes at the beginning of a DuckDB file that hold its headers."""

SHELL = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
connection.execute("insert into users (username) values ('of the shell')")
print("held", flush=True)
time.sleep(0.4)
connection.close()
"""


def test_only_one_holds_the_opening_lock(database):
    """One that does not wait is told that the lock is held, and it is free again afterwards."""
    database.parent.mkdir()
    with opening_lock(database, wait=True) as first, opening_lock(database, wait=False) as second:
        assert (first, second) == (True, False)
    with opening_lock(database, wait=False) as third:
        assert third


def test_the_lock_of_a_killed_process_is_free(database, program):
    """The lock ends with its process, though its file stays."""
    database.parent.mkdir()
    source = """
import pathlib, sys, time
from hwr_core.db.file_lock import opening_lock
with opening_lock(pathlib.Path(sys.argv[1]), wait=True):
    print("in", flush=True)
    time.sleep(60)
"""
    killed = program(source, database)
    killed.stdout.readline()
    with opening_lock(database, wait=False) as before:
        assert not before
    killed.kill()
    killed.wait()
    with opening_lock(database, wait=False) as after:
        assert after


def test_a_file_is_not_closed_while_another_process_opens_it(store, database):
    """Closing waits for a process that opens the file and may have read the header before locking it."""
    with store.session() as cursor:
        cursor.execute("insert into users (username) values ('ada')")
    log, closing = database.with_name(f"{database.name}.wal"), Thread(target=store.close)
    with opening_lock(database, wait=True):
        closing.start()
        closing.join(0.2)
        assert closing.is_alive()
        assert log.stat().st_size > 0
    closing.join(5)
    assert not closing.is_alive()
    assert not log.exists()


def test_a_file_is_not_opened_while_another_process_opens_or_closes_it(database):
    """Two never create the same new file: the second waits, and names another program when it takes too long."""
    database.parent.mkdir()
    store = FileStore(database, busy_timeout=0.2, idle_release=60)
    with (
        opening_lock(database, wait=True),
        pytest.raises(StoreBusy, match="held by another program, which"),
        store.session(),
    ):
        pass
    assert not database.exists()
    with store.session() as cursor:
        assert cursor.execute("select count(*) from users").fetchone() == (1,)
    store.close()


def test_what_a_program_without_the_lock_wrote_is_seen(store, database, program):
    """DuckDB's own shell may hold the file before us: what it wrote last is there."""
    with FileStore(database, busy_timeout=5, idle_release=0).session():
        pass
    program(SHELL, database).stdout.readline()
    with store.session() as cursor:
        assert cursor.execute("select count(*) from users where username = 'of the shell'").fetchone() == (1,)


def test_damage_is_reported_after_waiting_too(store, database, program):
    """A file found damaged when its holder is gone is reported as such, and left as it is."""
    with FileStore(database, busy_timeout=5, idle_release=0).session():
        pass
    shell = program(SHELL.replace("0.4", "60"), database)
    shell.stdout.readline()
    with database.open("r+b") as file:
        file.seek(HEADERS)
        file.write(bytes(database.stat().st_size - HEADERS))
    damaged = database.read_bytes()
    Timer(0.2, shell.kill).start()
    with pytest.raises(StoreUnavailable, match="damaged or unreadable"), store.session():
        pass
    assert database.read_bytes() == damaged


def test_without_a_lock_file_nobody_is_kept_out(tmp_path):
    """Where no lock file can be created, DuckDB's own error says what is wrong."""
    with opening_lock(tmp_path / "missing" / "hwr.duckdb", wait=False) as is_free:
        assert is_free
