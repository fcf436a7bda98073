"""hwr migrate-store: every row arrives, or nothing changes."""

from datetime import UTC, datetime

import pytest

from hwr_core.app.server_lock import SoleServer
from hwr_core.app.workspace import Workspace
from hwr_core.db import moving
from hwr_core.errors import Conflict, InvalidValue, StoreUnavailable
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.ops.migrate_store import Engine, migrate_store
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.sent import Sent
from hwr_core.settings import Settings
from tests.evaluation.conftest import worse_copy
from tests.handwriting import drawing, number, png
from tests.own_models import copied_models

pytestmark = pytest.mark.duckdb_file


@pytest.fixture
def both(settings, postgresql) -> Settings:
    """Settings of a data folder whose history is in DuckDB, and of an empty database."""
    return settings.model_copy(update={"database_url": Settings(database_url=postgresql.new_database()).database_url})


@pytest.fixture
def as_file(both) -> Settings:
    """The same, with the history in the file."""
    return both.model_copy(update={"database_url": None})


def _fill(settings: Settings) -> None:
    with Workspace(settings) as workspace:
        ada = workspace.users.create("Ada")
        for digit in range(4):
            kept = workspace.read_and_keep(png(drawing(digit)), source=Source.API, user_id=ada.id)
            assert isinstance(kept, PredictionRecord)
            workspace.feedback.give(kept.id, actual_digit=digit, comments="it’s ✓")
        workspace.read_and_keep_number(png(number("42")), source=Source.API)
        workspace.users.delete(workspace.users.create("Gone").id)


def _send(settings: Settings) -> tuple[PredictionRecord, NumberRecord]:
    """Send one image of a digit and one of a number, each with a key."""
    with Workspace(settings) as workspace:
        digit = workspace.start_read_and_keep(png(drawing(5)), source=Source.API, sent=Sent("a")).result()
        read = workspace.read_and_keep_number(png(number("42")), source=Source.API, sent=Sent("a"))
        assert isinstance(digit, PredictionRecord)
        assert isinstance(read, NumberRecord)
        return digit, read


def test_an_image_that_is_sent_again_after_the_move_is_not_stored_twice(both, as_file):
    """Idempotency keys move too."""
    before = _send(as_file)
    migrate_store(both, Engine.POSTGRESQL)
    for first, again in zip(before, _send(both), strict=True):
        assert (first.repeated, again.repeated) == (False, True)
        assert again.id == first.id


def _all(settings: Settings) -> object:
    with Workspace(settings) as workspace:
        page = workspace.history.page(limit=100).predictions
        return (
            [(each.id, each.timestamp, each.file_name, each.label, each.prediction.probabilities) for each in page],
            [each.prediction.seen.tobytes() for each in page if each.prediction.seen is not None],
            [(each.id, each.number.text, each.timestamp) for each in workspace.numbers.page(limit=100).numbers],
            [(each.id, each.username) for each in workspace.users.all()],
        )


def test_a_history_is_the_same_in_postgresql_and_back(both, as_file):
    """All rows go there and back unchanged, and new ids follow those that were given, also to what was deleted."""
    _fill(as_file)
    before = _all(as_file)

    moved = migrate_store(both, Engine.POSTGRESQL)

    assert moved.rows["predictions"] == 4
    assert moved.rows["users"] == 2
    assert _all(both) == before
    with Workspace(both) as workspace:
        assert workspace.users.create("Eve").id > 3
    there = _all(both)

    both.database.rename(both.database.with_name("before.duckdb"))
    assert migrate_store(both, Engine.DUCKDB).total > moved.total
    assert _all(as_file) == there


def test_a_target_with_a_history_is_left_alone(both, as_file):
    """Two histories are not mixed."""
    _fill(as_file)
    migrate_store(both, Engine.POSTGRESQL)
    there = _all(both)
    with pytest.raises(Conflict, match="has a history already"):
        migrate_store(both, Engine.POSTGRESQL)
    with pytest.raises(Conflict, match="has a DuckDB file already"):
        migrate_store(both, Engine.DUCKDB)
    assert _all(both) == there


def test_a_database_that_was_tried_before_says_what_the_files_say(both, as_file, tmp_path):
    """A server has noted there which version served then; after the move it is the one that the files name now."""
    registry = copied_models(tmp_path / "models")
    tried, files = (each.model_copy(update={"models_dir": tmp_path / "models"}) for each in (both, as_file))
    before = registry.champion().name
    assert open_registry(tried).champion_name() == before
    after = worse_copy(registry)
    registry.serve(after)
    _fill(files)

    migrate_store(tried, Engine.POSTGRESQL)

    assert open_registry(tried).champion_name() == after.name
    assert [line.version for line in open_registry(tried).pointers.lines()] == [
        line.version for line in registry.pointers.lines()
    ]


def test_what_arrives_otherwise_than_sent_is_not_kept(both, as_file, monkeypatch):
    """Rows are compared before the target is committed: after a failure it is as empty as before."""
    _fill(as_file)
    insert = moving.insert

    def lose_one(target, table, columns, rows):
        insert(target, table, columns, rows[1:] if table == "labels" else rows)

    monkeypatch.setattr(moving, "insert", lose_one)
    with pytest.raises(StoreUnavailable, match="labels"):
        migrate_store(both, Engine.POSTGRESQL)
    monkeypatch.undo()
    assert migrate_store(both, Engine.POSTGRESQL).rows["labels"] == 4


def test_many_pages_of_rows_arrive(both, as_file, monkeypatch):
    """More rows than fit into a page, in tables ordered by numbers and by texts."""
    monkeypatch.setattr(moving, "PAGE", 7)
    with Workspace(as_file) as workspace, workspace.store.writing() as cursor:
        for place in range(50):
            cursor.execute("insert into alerts values ($1, $2)", [f"{place % 10}ä-{place}", datetime.now(UTC)])
            cursor.execute("insert into users (username) values ($1)", [f"user {place}"])
    moved = migrate_store(both, Engine.POSTGRESQL)
    assert (moved.rows["alerts"], moved.rows["users"]) == (50, 51)


def test_every_table_and_sequence_is_moved(both):
    """A table of a later migration is not forgotten."""
    with Workspace(both) as workspace, workspace.store.session() as cursor:
        tables = {
            name for (name,) in cursor.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        }
        sequences = {name for (name,) in cursor.execute("select sequencename from pg_sequences").fetchall()}
    assert tables == {*moving.TABLES, *moving.IN_FILES, *moving.OF_THEIR_OWN}
    assert sequences == {*moving.SEQUENCES, "promotion_ids"}


def test_it_is_said_why_nothing_can_be_moved(both, as_file):
    """No address, no file, or a server that runs."""
    with pytest.raises(InvalidValue, match="HWR_DATABASE_URL is not set"):
        migrate_store(as_file, Engine.POSTGRESQL)
    with pytest.raises(InvalidValue, match="no DuckDB file"):
        migrate_store(both, Engine.POSTGRESQL)
    server = SoleServer(both)
    server.take()
    both.database.touch()
    with pytest.raises(Conflict, match="wanted alone"):
        migrate_store(both, Engine.POSTGRESQL)
    server.leave()
