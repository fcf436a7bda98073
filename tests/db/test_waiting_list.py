"""Two processes and one file: they take turns, and one that waits in vain is told why."""

import re
import time

import pytest

from hwr_core.db.file_store import FileStore
from hwr_core.db.waiting_list import STALE, WaitingList
from hwr_core.errors import StoreBusy

pytestmark = pytest.mark.duckdb_file

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""

HAMMER = """
import sys, time
from pathlib import Path
from hwr_core.db.file_store import FileStore

store = FileStore(Path(sys.argv[1]), busy_timeout=10, idle_release=60)
written, end = 0, None
while end is None or time.monotonic() < end:
    with store.session() as cursor:
        cursor.execute("insert into users (username) values ($1)", [f"hammer-{written}"])
    written += 1
    if end is None:
        print("started", flush=True)
        end = time.monotonic() + float(sys.argv[2])
store.close()
print(written)
"""


def _add(store, name):
    with store.session() as cursor:
        cursor.execute("insert into users (username) values ($1)", [name])


def _count(store, pattern):
    with store.session() as cursor:
        return cursor.execute("select count(*) from users where username like $1", [pattern]).fetchone()[0]


def test_waiting_in_vain_names_the_holder_and_what_to_do(database, program):
    """StoreBusy says what can be done; who holds the file stands in a note, which a server's clients are not shown."""
    database.parent.mkdir()
    holder = program(HOLD, database, 20)
    holder.stdout.readline()
    store = FileStore(database, busy_timeout=0.2, idle_release=60)
    with pytest.raises(StoreBusy, match=r"another program, which .* 0\.2 seconds.*HWR_DATA_DIR") as raised:
        _add(store, "ada")
    assert not re.search(r"/|\d\d", str(raised.value))
    [note] = raised.value.__notes__
    assert re.fullmatch(rf"That program is [^/]+, process {holder.pid}\.", note)
    assert not list(database.parent.glob("*.waiting"))


def test_a_session_may_wait_for_less_than_the_others(database, program):
    """A session with little patience fails soon, and says how long it waited."""
    database.parent.mkdir()
    program(HOLD, database, 20).stdout.readline()
    store = FileStore(database, busy_timeout=60, idle_release=60)
    with pytest.raises(StoreBusy, match=r"within 0\.1 seconds"), store.session(patience=0.1):
        pass


def test_waiting_long_enough_is_rewarded(database, program):
    """A session begun while another program holds the file starts when that program ends."""
    database.parent.mkdir()
    program(HOLD, database, 0.4).stdout.readline()
    store = FileStore(database, busy_timeout=10, idle_release=60)
    _add(store, "ada")
    assert _count(store, "ada") == 1
    store.close()


@pytest.mark.slow
def test_a_process_under_steady_load_lets_another_in(store, database, program):
    """Two processes that never pause take turns: every row of both is there, and neither waits for long."""
    hammer = program(HAMMER, database, 2)
    hammer.stdout.readline()
    mine, longest = 0, 0.0
    while hammer.poll() is None:
        started = time.monotonic()
        _add(store, f"mine-{mine}")
        longest = max(longest, time.monotonic() - started)
        mine += 1
    theirs = int(hammer.stdout.read())
    assert (_count(store, "mine-%"), _count(store, "hammer-%")) == (mine, theirs)
    assert min(mine, theirs) > 20
    assert longest < 2


def test_a_long_session_of_ones_own_does_not_stop_the_others(store, database, program):
    """While a long session keeps the file from a waiting process, our short ones go on after a pause."""
    with store.session():
        program(HAMMER, database, 0)
        time.sleep(0.8)
        for number in range(4):
            _add(store, f"mine-{number}")
            time.sleep(0.2)
    assert _count(store, "mine-%") == 4


def test_a_process_does_not_count_itself(tmp_path):
    """A WaitingList sees the other entries but not its own, and the last to leave removes the folder."""
    one, other = WaitingList(tmp_path / "hwr.duckdb"), WaitingList(tmp_path / "hwr.duckdb")
    one.enter()
    assert (one.others_wait(), other.others_wait()) == (False, True)
    one.leave()
    assert not other.others_wait()
    assert not list(tmp_path.iterdir())


def test_the_entry_of_a_dead_process_is_removed(tmp_path):
    """An entry that is no longer refreshed does not count and is removed."""
    now = time.time() + STALE + 1
    dead = WaitingList(tmp_path / "hwr.duckdb")
    dead.enter()
    holder = WaitingList(tmp_path / "hwr.duckdb", wall_clock=lambda: now)
    assert not holder.others_wait()
    assert not list((tmp_path / "hwr.duckdb.waiting").iterdir())
