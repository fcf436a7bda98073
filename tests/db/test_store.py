"""The store in one process: transactions, releasing the file, and files that cannot be used."""

import subprocess
import sys
import time
from contextlib import closing
from threading import Event, Thread, Timer

import duckdb
import pytest

from hwr_core.db.file_store import FileStore
from hwr_core.errors import InvalidValue, StoreError, StoreUnavailable
from hwr_core.settings import UPLOADS

pytestmark = pytest.mark.duckdb_file

COUNT = "import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute('select count(*) from users').fetchone()[0])"

WRITE_ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from hwr_core.errors import StoreUnavailable
from hwr_core.db.file_store import FileStore

store = FileStore(Path(sys.argv[1]), busy_timeout=5, idle_release=60)
with store.session() as cursor:
    cursor.execute("create table notes (words text)")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
try:
    with store.session() as cursor:
        cursor.execute("insert into notes select repeat(uuid()::text, 100) from range(2000)")
except StoreUnavailable as error:
    print(error)
with store.session() as cursor:
    cursor.execute("insert into notes values ('fits')")
    print(cursor.execute("select count(*) from notes").fetchone()[0])
"""


def _names(store):
    with store.session() as cursor:
        return {name for (name,) in cursor.execute("select username from users").fetchall()}


def _add(store, name):
    with store.session() as cursor:
        cursor.execute("insert into users (username) values ($1)", [name])


def test_a_session_commits(store, database):
    """What a session wrote is in the file that the next process opens."""
    _add(store, "ada")
    store.close()
    with duckdb.connect(database) as connection:
        assert connection.execute("select count(*) from users").fetchone() == (2,)


@pytest.mark.parametrize("error", [InvalidValue("no"), KeyError("no"), KeyboardInterrupt()])
def test_a_session_that_fails_keeps_nothing_and_passes_the_error_on(store, error):
    """The body's own error comes out unchanged, and nothing of the session stays."""
    with pytest.raises(type(error)) as raised, store.session() as cursor:
        cursor.execute("insert into users (username) values ('ada')")
        raise error
    assert raised.value is error
    assert _names(store) == {"default"}


def test_a_failed_write_leaves_the_next_one_working(store):
    """An id no column can hold and a name taken twice break their own sessions only."""
    with pytest.raises(duckdb.ConversionException), store.session() as cursor:
        cursor.execute("insert into users (id, username) values ($1, 'big')", [2**63])
    with pytest.raises(duckdb.ConstraintException):
        _add(store, "default")
    _add(store, "ada")
    assert _names(store) == {"default", "ada"}


def test_an_idle_file_is_released_and_opened_again(database):
    """After the idle time another process may open the file; the next session opens it again."""
    store = FileStore(database, busy_timeout=5, idle_release=0.05)
    _add(store, "ada")
    time.sleep(0.3)
    assert subprocess.check_output([sys.executable, "-c", COUNT, str(database)], text=True) == "2\n"
    _add(store, "bob")
    assert _names(store) == {"default", "ada", "bob"}
    store.close()


def test_the_file_is_not_released_during_a_session(database):
    """A session that takes longer than the idle time keeps its connection."""
    with FileStore(database, busy_timeout=5, idle_release=0).session() as cursor:
        time.sleep(0.3)
        assert cursor.execute("select count(*) from users").fetchone() == (1,)


def test_the_idle_time_is_measured_by_the_clock_given(database):
    """The file is released when the clock that was passed in says so."""
    now = 0.0
    store = FileStore(database, busy_timeout=5, idle_release=3600, clock=lambda: now)
    _add(store, "ada")
    now = 3601.0
    time.sleep(0.3)
    assert subprocess.check_output([sys.executable, "-c", COUNT, str(database)], text=True) == "2\n"
    store.close()


def test_a_closed_store_says_so(store):
    """Closing may be repeated; any later session is refused."""
    _add(store, "ada")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        _add(store, "bob")


def test_closing_waits_for_a_running_session(store):
    """A session under way when the store is closed still commits."""
    with store.session() as cursor:
        closing = Thread(target=store.close)
        closing.start()
        time.sleep(0.1)
        assert closing.is_alive()
        cursor.execute("insert into users (username) values ('ada')")
    closing.join(timeout=5)
    assert not closing.is_alive()


def test_a_program_may_end_without_closing(database):
    """An open store neither keeps a process alive nor crashes it at its end."""
    source = (
        "import sys, pathlib; from hwr_core.db.file_store import FileStore\n"
        "with FileStore(pathlib.Path(sys.argv[1]), busy_timeout=5, idle_release=3600).session(): pass"
    )
    ended = subprocess.run(
        [sys.executable, "-c", source, str(database)], capture_output=True, text=True, timeout=20, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_sixteen_threads_lose_nothing(store):
    """Sessions of many threads at once all commit, each once."""

    def write(thread):
        for number in range(8):
            _add(store, f"{thread}-{number}")

    threads = [Thread(target=write, args=(thread,)) for thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _names(store) == {"default", *(f"{thread}-{number}" for thread in range(16) for number in range(8))}


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"short"], ids=["junk", "short"])
def test_a_file_that_is_no_database_is_left_alone(store, database, content):
    """A file that is not DuckDB's is refused in plain words, and not one byte of it changes."""
    database.parent.mkdir()
    database.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="not a DuckDB database") as raised, store.session():
        pass
    assert str(database.parent) not in str(raised.value)
    assert database.read_bytes() == content


def test_a_damaged_database_is_left_alone(store, database):
    """A DuckDB file whose checksums are wrong is refused, and not one byte of it changes."""
    _add(store, "ada")
    store.close()
    damaged = bytearray(database.read_bytes())
    damaged[4096:13000] = b"\xff" * (13000 - 4096)
    database.write_bytes(damaged)
    with (
        pytest.raises(StoreUnavailable, match="damaged") as raised,
        FileStore(database, busy_timeout=0, idle_release=60).session(),
    ):
        pass
    assert "checksum" not in str(raised.value)
    assert database.read_bytes() == damaged


def test_a_folder_in_place_of_the_file_is_reported(store, database):
    """A database path that is a folder is refused in plain words."""
    database.mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="folder where the file of the history should be"), store.session():
        pass


def test_a_file_opened_beside_the_store_is_reported(store, database):
    """A connection of this same program that the store does not know of is named as the reason."""
    database.parent.mkdir()
    with duckdb.connect(database), pytest.raises(StoreUnavailable, match="by other means"), store.session():
        pass


def test_a_data_folder_that_cannot_be_created_is_reported(tmp_path):
    """A file in the place of the data folder is refused in plain words."""
    (tmp_path / "data").write_text("in the way")
    store = FileStore(tmp_path / "data" / "hwr.duckdb", busy_timeout=0, idle_release=60)
    with pytest.raises(StoreUnavailable, match="data folder cannot be created"), store.session():
        pass


def test_a_full_disk_is_reported_and_survived(database, program):
    """A commit that does not fit keeps nothing and says so; the next one that fits works."""
    output, _ = program(WRITE_ON_A_FULL_DISK, database).communicate(timeout=20)
    words, count = output.splitlines()
    assert "may not grow any further" in words
    assert count == "1"


def test_a_resting_file_is_complete_and_nobody_can_open_it(store, database):
    """All that was committed is in the one file, which can be copied; sessions wait until that is over."""
    _add(store, "ada")
    waiting = Thread(target=_add, args=(store, "bob"))
    with store.resting() as file:
        assert file == database
        assert not database.with_name(f"{database.name}.wal").exists()
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        copied = database.with_name("copy.duckdb")
        copied.write_bytes(file.read_bytes())
    waiting.join(5)
    with duckdb.connect(copied) as connection:
        assert connection.execute("select username from users order by id").fetchall() == [("default",), ("ada",)]
    assert _names(store) == {"default", "ada", "bob"}


def test_a_rest_begins_when_the_last_session_has_ended(store, database):
    """A session that runs is waited for, and what it commits is in the file."""
    begun, end = Event(), Event()

    def long_one():
        with store.session() as cursor:
            cursor.execute("insert into users (username) values ('ada')")
            begun.set()
            end.wait(5)

    running = Thread(target=long_one)
    running.start()
    begun.wait(5)
    Timer(0.2, end.set).start()
    with store.resting() as file:
        assert end.is_set()
        copied = file.with_name("copy.duckdb")
        copied.write_bytes(file.read_bytes())
    running.join()
    with duckdb.connect(copied) as connection:
        assert connection.execute("select count(*) from users").fetchone() == (2,)


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_a_lost_history_is_not_begun_anew(tmp_path, content):
    """Where image files say that there was one, a new file would hide that it is gone, and cost them."""
    database, image = tmp_path / "hwr.duckdb", tmp_path / UPLOADS / "ab" / "abc"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"image")
    if content is not None:
        database.write_bytes(content)
    store = FileStore(database, busy_timeout=0, idle_release=60)
    with pytest.raises(StoreUnavailable, match="Put it back, or restore a backup"), store.session():
        pass
    assert (database.read_bytes() if database.exists() else None) == content
    image.unlink()
    with closing(store), store.session():
        pass
    assert database.stat().st_size > 0
