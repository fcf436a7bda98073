"""Group commit: which caller gets which result, and what survives."""

import signal
import time
from functools import partial
from threading import Event, Thread

import pytest

from hwr_core.db import group_commit
from hwr_core.db.file_store import FileStore
from hwr_core.db.group_commit import GroupCommit
from hwr_core.errors import HwrError, InvalidValue, StoreBusy, StoreError, UserNotFound
from hwr_core.records.predictions import record_predictions

ACKNOWLEDGE = """
import sys
from pathlib import Path
from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.file_store import FileStore

def write(cursor, names):
    cursor.execute("insert into users (username) select unnest($1::text[])", [names])
    return names

writer = GroupCommit(FileStore(Path(sys.argv[1]), busy_timeout=5, idle_release=60), write)
number = 0
while True:
    for future in writer.submit_all(f"name-{number + place}" for place in range(5)):
        print(future.result(), flush=True)
    number += 5
"""


@pytest.fixture
def predictions(store, uploads):
    """The writer of predictions."""
    writer = GroupCommit(store, partial(record_predictions, uploads=uploads))
    yield writer
    writer.close()


@pytest.fixture
def names(store):
    """A writer of user names: refuses "", breaks on "poison", is held up by `go_on`, and tells its `groups`."""

    def write(cursor, rows: list[str]) -> list[str | HwrError]:
        assert writer.go_on.wait(timeout=10)
        writer.groups.append(list(rows))
        if "poison" in rows:
            raise ZeroDivisionError("poison")
        cursor.execute("insert into users (username) select unnest($1::text[])", [[row for row in rows if row]])
        return [row or InvalidValue("A name may not be empty.") for row in rows]

    writer = GroupCommit(store, write)
    writer.groups, writer.go_on = [], Event()
    yield writer
    writer.go_on.set()
    writer.close()


def _users(store):
    with store.session() as cursor:
        return [name for (name,) in cursor.execute("select username from users order by id").fetchall()][1:]


def test_a_result_means_that_the_row_is_stored(history, predictions, new_prediction):
    """A Future is done only after the commit: another session sees the row."""
    kept = predictions.submit(new_prediction()).result(timeout=5)
    assert [one.id for one in history.page().predictions] == [kept.id]


def test_ids_follow_the_order_of_submission(predictions, new_prediction):
    """Rows get ids in the order they were submitted, over several groups."""
    futures = predictions.submit_all(new_prediction(digit=number % 10) for number in range(600))
    kept = [future.result(timeout=5) for future in futures]
    assert [one.id for one in kept] == list(range(1, 601))
    assert [one.prediction.digit for one in kept] == [number % 10 for number in range(600)]


def test_a_refused_row_fails_alone(store, predictions, new_prediction):
    """The caller of a bad row gets its error, the neighbours get their ids."""
    before, bad, after = predictions.submit_all([new_prediction(), new_prediction(user_id=2**63), new_prediction()])
    with pytest.raises(UserNotFound):
        bad.result(timeout=5)
    assert (before.result(timeout=5).id, after.result(timeout=5).id) == (1, 2)


def test_rows_that_wait_share_a_group(store, names):
    """What arrives while a commit runs is written by the next one, together."""
    first = names.submit("first")
    while not first.running():
        pass
    rest = names.submit_all(["a", "", "b"])
    names.go_on.set()
    assert [rest[0].result(timeout=5), rest[2].result(timeout=5)] == ["a", "b"]
    with pytest.raises(InvalidValue):
        rest[1].result(timeout=5)
    assert names.groups == [["first"], ["a", "", "b"]]


def test_after_a_full_group_rows_are_collected_for_a_while(names, monkeypatch):
    """What comes soon after it shares a group, though the writer has nothing else to do; later rows need not wait."""
    monkeypatch.setattr(group_commit, "PERIOD", 1.0)
    first = names.submit("first")
    while not first.running():
        pass
    full = names.submit_all("abcdefgh")
    names.go_on.set()
    full[-1].result(timeout=5)
    one = names.submit("i")
    time.sleep(0.1)
    other = names.submit("j")
    assert (one.result(timeout=5), other.result(timeout=5)) == ("i", "j")
    assert names.groups[-1] == ["i", "j"]


def test_a_poisonous_row_does_not_fail_its_neighbours(store, names):
    """A group that breaks unexpectedly is written row by row; only the culprit's caller sees the error."""
    names.submit("first")
    futures = names.submit_all(["a", "poison", "b"])
    names.go_on.set()
    with pytest.raises(ZeroDivisionError):
        futures[1].result(timeout=5)
    assert (futures[0].result(timeout=5), futures[2].result(timeout=5)) == ("a", "b")
    assert _users(store) == ["first", "a", "b"]


def test_a_caller_that_gave_up_leaves_no_row(store, names):
    """A Future cancelled before its turn is not written."""
    first = names.submit("first")
    while not first.running():
        pass
    assert names.submit("second").cancel()
    names.go_on.set()
    names.close()
    assert _users(store) == ["first"]


@pytest.mark.duckdb_file
def test_a_busy_store_is_reported_to_every_caller(database, uploads, new_prediction, program):
    """When the group finds the store busy, each of its callers gets StoreBusy."""
    database.parent.mkdir()
    program(
        f"import duckdb, time; c = duckdb.connect({str(database)!r}); print(1, flush=True); time.sleep(20)"
    ).stdout.readline()
    writer = GroupCommit(
        FileStore(database, busy_timeout=0.2, idle_release=60), partial(record_predictions, uploads=uploads)
    )
    for future in writer.submit_all([new_prediction(), new_prediction()]):
        with pytest.raises(StoreBusy):
            future.result(timeout=5)
    writer.close()


def test_a_missing_result_stores_nothing(store):
    """A write that returns too few results is a fault, found before the commit."""

    def forgetful(cursor, rows):
        cursor.execute("insert into users (username) values ('lost')")
        return []

    writer = GroupCommit(store, forgetful)
    with pytest.raises(RuntimeError, match="1 rows were to be written"):
        writer.submit("x").result(timeout=5)
    writer.close()
    assert _users(store) == []


def test_closing_writes_what_waits_and_refuses_more(store, predictions, new_prediction):
    """Every row submitted before the close is durable after it, and none is taken later."""
    futures = predictions.submit_all([new_prediction()] * 300)
    predictions.close()
    predictions.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(StoreError, match="closed"):
        predictions.submit(new_prediction())


def test_sixteen_callers_lose_and_double_nothing(store, predictions, new_prediction):
    """Rows of many threads at once are each kept once, under the id that was answered."""
    answered = []

    def call():
        answered.extend(predictions.submit(new_prediction()).result(timeout=10).id for _ in range(20))

    threads = [Thread(target=call) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.session() as cursor:
        kept = [row[0] for row in cursor.execute("select id from predictions order by id desc").fetchall()]
    assert sorted(answered, reverse=True) == kept
    assert len(set(kept)) == 320


@pytest.mark.duckdb_file
def test_what_was_acknowledged_survives_a_kill(store, database, program):
    """After SIGKILL the reopened file holds every row whose caller had been answered."""
    victim = program(ACKNOWLEDGE, database)
    acknowledged = [victim.stdout.readline().strip() for _ in range(150)]
    victim.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in victim.stdout if line.endswith("\n")]
    victim.wait()
    assert set(acknowledged) <= set(_users(store))
