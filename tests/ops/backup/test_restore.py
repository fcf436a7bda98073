"""A restore changes everything or nothing, moves aside what was there, and migrates older databases."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

import duckdb
import pytest

from hwr_core.app.server_lock import SoleServer
from hwr_core.app.workspace import Workspace
from hwr_core.db.copies import SCHEMA
from hwr_core.db.migrations import MIGRATIONS, migrate
from hwr_core.errors import Conflict, StoreBusy, StoreUnavailable
from hwr_core.ops.backup import swap as swap_module
from hwr_core.ops.backup.restore import finish_restore, restore
from hwr_core.records.predictions import Source
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png
from tests.ops.backup.conftest import everything_below, predictions_of
from tests.own_models import copied_models

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A data folder with one prediction and a job's folder, and models of its own; to be copied only."""
    folder = tmp_path_factory.mktemp("lived-in")
    settings = Settings(data_dir=folder / "data", models_dir=folder / "models")
    copied_models(settings.models_dir)
    (settings.models_dir / "challenger").write_text("20260101T000000Z-0abcd\n")
    with Workspace(settings) as workspace:
        workspace.read_and_keep(png(drawing(1)), source=Source.API, file_name="old.png")
    (settings.jobs / "1").mkdir(parents=True)
    (settings.jobs / "1" / "log.txt").write_text("old")
    return folder


@pytest.fixture
def occupied(elsewhere, lived_in):
    """Another data folder, with something in it."""
    shutil.copytree(lived_in, elsewhere.data_dir.parent)
    return elsewhere


def _names(settings):
    return [each.file_name for each in predictions_of(settings)]


def test_a_folder_with_something_in_it_is_left_alone(occupied, archive):
    """Without `replace` nothing is replaced."""
    before = list(everything_below(occupied.data_dir))
    with pytest.raises(Conflict, match="not empty"):
        restore(occupied, archive)
    assert list(everything_below(occupied.data_dir)) == before


def test_replacing_moves_aside_what_was_there(occupied, archive):
    """The old history, its image files and jobs lie in a folder that is named; the new one is in their place."""
    done = restore(occupied, archive, replace=True)
    assert _names(occupied) == ["7.png", "5.png", "3.png"]
    assert [*occupied.jobs.iterdir()] == []
    aside = done.replaced[0]
    assert {"hwr.duckdb", "originals", "jobs"} <= {entry.name for entry in aside.iterdir()}
    with duckdb.connect(aside / "hwr.duckdb", read_only=True) as old:
        assert old.execute("select file_name from predictions").fetchall() == [("old.png",)]
    assert (aside / "jobs" / "1" / "log.txt").read_text() == "old"


def test_a_challenger_that_was_not_backed_up_is_removed(occupied, archive):
    """The aliases are those of the archive; earlier versions stay."""
    restore(occupied, archive, replace=True)
    assert Registry(occupied.models_dir).challenger_name() is None
    assert Registry(occupied.models_dir).champion_name() == Registry(PROJECT / "models").champion_name()


def test_a_version_that_is_damaged_is_replaced_and_a_whole_one_is_left(occupied, archive):
    """Versions are compared by their content."""
    version = Registry(occupied.models_dir).champion()
    (version.folder / "model.tflite").write_bytes(b"damaged")
    (version.folder / "evaluations").mkdir()
    done = restore(occupied, archive, replace=True)
    assert Registry(occupied.models_dir).champion().read_file("model.tflite")
    assert (done.replaced[1] / version.name / "model.tflite").read_bytes() == b"damaged"
    (version.folder / "evaluations").mkdir()
    restore(occupied, archive, replace=True)
    assert (version.folder / "evaluations").is_dir()


@pytest.mark.parametrize("steps", range(12))
def test_a_kill_at_any_step_loses_nothing(occupied, archive, monkeypatch, steps):
    """Either all is as it was, or the history is closed until the restore is finished, and then all is new."""
    before = dict(everything_below(occupied.data_dir))
    done, replace = [], Path.replace

    def killed_after_some_steps(old: Path, new: Path) -> Path:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(new)
        return replace(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed_after_some_steps)
        try:
            restore(occupied, archive, replace=True)
        except KeyboardInterrupt:
            was_killed = True
        else:
            was_killed = False
    if not swap_module.unfinished(occupied):
        assert not was_killed or dict(everything_below(occupied.data_dir)) == before
        assert was_killed or _names(occupied) == ["7.png", "5.png", "3.png"]
        return
    assert was_killed
    with pytest.raises(StoreUnavailable, match="--finish"), Workspace(occupied).store.session():
        pass
    with pytest.raises(Conflict, match="--finish"):
        restore(occupied, archive, replace=True)
    assert finish_restore(occupied)
    assert _names(occupied) == ["7.png", "5.png", "3.png"]
    assert not list(occupied.data_dir.glob(".restoring-*"))
    aside = next(occupied.data_dir.glob(".replaced-*"))
    saved = {name: content for name, content in before.items() if name.startswith(("hwr.duckdb", "originals", "jobs"))}
    assert saved.items() <= dict(everything_below(aside)).items()
    assert not finish_restore(occupied)


def test_nothing_is_restored_under_a_server(occupied, archive):
    """Its jobs and its memory would be of another history."""
    server = SoleServer(occupied)
    server.take()
    with pytest.raises(Conflict, match="only one can"):
        restore(occupied, archive, replace=True)
    server.leave()
    assert _names(occupied) == ["old.png"]


def test_nothing_is_restored_while_another_program_has_the_history_open(occupied, archive, monkeypatch):
    """It would go on writing into the file that was moved aside."""
    monkeypatch.setattr("hwr_core.db.copies.PATIENCE", 0.2)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, occupied.database], stdout=subprocess.PIPE)
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(StoreBusy, match="held by another program"):
        restore(occupied, archive, replace=True)
    holder.kill()
    holder.communicate()
    assert _names(occupied) == ["old.png"]
    assert not list(occupied.data_dir.glob(".restoring-*"))


def test_a_damaged_history_can_be_replaced(occupied, archive):
    """That is what a backup is for."""
    occupied.database.write_bytes(b"damaged" * 10_000)
    restore(occupied, archive, replace=True)
    assert _names(occupied) == ["7.png", "5.png", "3.png"]


INSERT_READING = """
    insert into readings (id, created_at, user_id, source, verdict, digit, confidence, probabilities, seen,
        model_version, preprocessing_seconds, inference_seconds, enhancement_level)
    select nextval('reading_ids'), now(), 1, 'drawing', 'digit', 7, 0.9,
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.91, 0.01, 0.01], repeat('x', 784)::blob, 'v', 0.1, 0.1, 1
"""


def _older_database(file: Path, known: int, originals: Sequence[str] = ()) -> bytes:
    """A database with the first migrations, and one reading, or one for each original."""
    with duckdb.connect(file) as connection:
        connection.execute("set global timezone = 'UTC'")
        migrate(connection, MIGRATIONS[:known])
        insert = INSERT_READING
        if SCHEMA.index("predictions_and_uploads") < known:
            insert = insert.replace("readings", "predictions").replace("reading_ids", "prediction_ids")
        for _ in originals or ("",):
            connection.execute(insert)
        for number, name in enumerate(originals, start=1):
            connection.execute("update readings set original = $1 where id = $2", [name, number])
    return file.read_bytes()


def _entry(content: bytes) -> dict[str, object]:
    return {"bytes": len(content), "sha256": sha256(content).hexdigest()}


@pytest.mark.parametrize("known", range(1, len(MIGRATIONS)))
def test_a_backup_of_an_older_hwr_is_migrated(elsewhere, rewritten, tmp_path, known):
    """The rows of a database of each earlier version come back, and new ones can be added."""
    content = _older_database(tmp_path / "older.duckdb", known)

    def as_it_was(manifest):
        manifest["db_schema"] = SCHEMA[:known]
        manifest["files"] = {name: file for name, file in manifest["files"].items() if name.startswith("models/")}
        manifest["files"]["hwr.duckdb"] = _entry(content)
        manifest["counts"].update(predictions=1, feedback=0, uploads=0, images=0)

    leave_out = {name: None for name in _listed(rewritten) if not name.startswith("models/")}
    done = restore(elsewhere, rewritten({**leave_out, "hwr.duckdb": content}, as_it_was))
    assert done.brought_forward == SCHEMA[known:]
    with Workspace(elsewhere) as workspace:
        [prediction] = workspace.history.page().predictions
        workspace.feedback.give(prediction.id, actual_digit=7)
        assert workspace.read_and_keep(png(drawing(2)), source=Source.API).id == 2
        assert workspace.modelling.jobs.page() == []


def test_a_backup_with_the_names_of_the_last_version_is_restored(elsewhere, rewritten, tmp_path):
    """Its manifest counts readings, originals and pictures: predictions, uploads and custom images come back."""
    names = [PurePosixPath(name).name for name in _listed(rewritten) if name.startswith("originals/")]
    content = _older_database(tmp_path / "older.duckdb", SCHEMA.index("predictions_and_uploads"), names)

    def as_it_was(manifest):
        manifest["db_schema"] = SCHEMA[: SCHEMA.index("predictions_and_uploads")]
        manifest["files"]["hwr.duckdb"] = _entry(content)
        counts = manifest["counts"]
        counts |= {"readings": counts.pop("predictions"), "originals": counts.pop("uploads"), "feedback": 0}
        counts["pictures"] = counts.pop("images")

    done = restore(elsewhere, rewritten({"hwr.duckdb": content}, as_it_was))
    assert (done.manifest.counts.predictions, done.manifest.counts.uploads, done.manifest.counts.images) == (3, 3, 1)
    assert [each.upload for each in predictions_of(elsewhere)] == names[::-1]
    assert (elsewhere.custom_dataset / "7" / "ada" / "seven.png").is_file()


def _listed(rewritten) -> list[str]:
    names: list[str] = []
    rewritten(change=lambda manifest: names.extend(manifest["files"]))
    return names
