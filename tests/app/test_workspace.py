"""The facade: what is read, what is stored, and what works."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.errors import InvalidValue, ModelUnavailable, NotAnImage, NotFound, StoreError, UserNotFound
from hwr_core.recognition.types import DIGITS, Prediction, Verdict
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.records.users import DEFAULT_USER
from hwr_core.registry.registry import LITERT
from hwr_core.settings import PROJECT, Settings
from tests.handwriting import drawing, png

SEVEN = png(drawing(7))
BLANK = png(np.full((100, 100), 255, np.uint8))


def test_opening_touches_no_file(settings):
    """A workspace that is opened and closed leaves no folder behind."""
    with Workspace(settings):
        pass
    assert not settings.data_dir.exists()


def test_reading_stores_nothing(workspace):
    """Reading alone adds nothing to the history."""
    assert workspace.read(SEVEN).digit == 7
    assert workspace.history.count() == 0


def test_a_stored_prediction_is_in_the_history(workspace):
    """A stored prediction comes back by its id and at the top of the history, with all its fields."""
    kept = workspace.read_and_keep(SEVEN, source=Source.UPLOAD, file_name="seven.png", enhancement_level=1.5)
    assert isinstance(kept, PredictionRecord)
    found = workspace.history.get(kept.id)
    assert (found.user_id, found.source, found.file_name) == (DEFAULT_USER, Source.UPLOAD, "seven.png")
    assert (found.prediction.digit, found.prediction.probabilities) == (7, kept.prediction.probabilities)
    np.testing.assert_array_equal(found.prediction.seen, kept.prediction.seen)
    assert [each.id for each in workspace.history.page().predictions] == [kept.id]


def test_history_is_newest_first_and_survives_closing(settings):
    """What was stored is there for the next process, the last one first, no more than asked for."""
    with Workspace(settings) as workspace:
        ids = [workspace.keep(workspace.read(SEVEN), source=Source.DRAWING).id for _ in range(5)]
    with Workspace(settings) as workspace:
        assert [each.id for each in workspace.history.page(limit=3).predictions] == ids[:1:-1]


def test_a_blank_image_is_not_stored(workspace):
    """An image without ink has a prediction, but none for the history."""
    prediction = workspace.read_and_keep(BLANK, source=Source.DRAWING)
    assert isinstance(prediction, Prediction)
    assert prediction.verdict is Verdict.NO_INK
    assert workspace.history.count() == 0


@pytest.mark.parametrize("stranger", [0, 2, -5, 2**63, 10**30])
@pytest.mark.parametrize("image", [SEVEN, BLANK], ids=["seven", "blank"])
def test_an_unknown_user_has_no_predictions(workspace, image, stranger):
    """A user who does not exist is refused, blank image or not, and the workspace goes on working."""
    with pytest.raises(UserNotFound, match=f"There is no user {stranger}"):
        workspace.read_and_keep(image, user_id=stranger, source=Source.DRAWING)
    with pytest.raises(UserNotFound):
        workspace.history.page(HistoryFilter(user_id=stranger))
    with pytest.raises(UserNotFound):
        workspace.keep_all([], [], user_id=stranger, source=Source.BATCH)
    assert workspace.history.count() == 0


def test_user_one_exists_from_the_start(workspace):
    """The user whom clients send unasked is there."""
    assert (DEFAULT_USER, workspace.users.get(DEFAULT_USER).id) == (1, 1)


@pytest.mark.parametrize("limit", [0, -1])
def test_the_history_comes_in_pages(workspace, limit):
    """Of one row or more."""
    with pytest.raises(InvalidValue, match=f"limit is {limit}; 1 or more is allowed"):
        workspace.history.page(limit=limit)


@pytest.mark.parametrize("unknown", [1, 0, -1, 2**63])
def test_an_unknown_prediction_is_not_found(workspace, unknown):
    """An id that no prediction has is told apart from a failure."""
    with pytest.raises(NotFound):
        workspace.history.get(unknown)


def test_a_batch_is_stored_in_order_without_the_bad_and_the_blank(workspace):
    """Each file has its outcome in its place; only predictions with ink enter the history."""
    files = [("7.png", SEVEN), ("x.txt", b"no image"), ("blank.png", BLANK), ("3.png", png(drawing(3)))]
    kept = workspace.keep_all(workspace.read_all(files), files, source=Source.BATCH)
    assert [each.file_name for each in kept] == [name for name, _ in files]
    assert isinstance(kept[1].error, NotAnImage)
    assert [each.kept is not None for each in kept] == [True, False, False, True]
    assert [(each.file_name, each.prediction.digit) for each in workspace.history.page().predictions] == [
        ("3.png", 3),
        ("7.png", 7),
    ]


def test_reading_a_batch_stores_nothing(workspace):
    """Only keep_all adds a batch to the history."""
    assert workspace.read_all([("a", SEVEN)])[0].prediction.digit == 7
    assert workspace.history.count() == 0


def test_a_batch_has_a_limit(settings):
    """More files than allowed are refused before any is read."""
    with Workspace(settings.model_copy(update={"max_batch_files": 2})) as workspace:
        assert len(workspace.read_all([("a", SEVEN)] * 2)) == 2
        with pytest.raises(InvalidValue, match="3 files; at most 2"):
            workspace.read_all([("a", SEVEN)] * 3)


def test_many_threads_store_at_once(workspace):
    """Twenty images stored at the same moment are twenty rows, each with its own digit."""
    images = {digit: png(drawing(digit)) for digit in DIGITS}
    with ThreadPoolExecutor(20) as threads:
        futures = {
            threads.submit(workspace.read_and_keep, images[n % 10], source=Source.DRAWING): n % 10 for n in range(20)
        }
    ids = {future.result().id: digit for future, digit in futures.items()}
    assert len(ids) == 20
    assert {each.id: each.prediction.digit for each in workspace.history.page().predictions} == ids


def test_one_process_has_one_workspace_for_its_folders(settings, tmp_path):
    """The same folders give the same object, other folders another; after closing there is a new one."""
    first = open_workspace(settings)
    other = open_workspace(settings.model_copy(update={"data_dir": tmp_path / "elsewhere"}))
    try:
        assert open_workspace(settings.model_copy()) is first
        assert other is not first
        first.close()
        again = open_workspace(settings)
        assert again is not first
        assert again.read_and_keep(SEVEN, source=Source.DRAWING).prediction.digit == 7
        again.close()
    finally:
        other.close()


def test_many_threads_open_the_same_workspace(settings):
    """Those who open at the same moment meet in one workspace."""
    with ThreadPoolExecutor(16) as threads:
        opened = list(threads.map(open_workspace, [settings] * 64))
    assert len({id(workspace) for workspace in opened}) == 1
    opened[0].close()


def test_a_closed_workspace_stores_nothing_and_may_be_closed_again(workspace):
    """After closing, a prediction is not lost in silence: storing it is an error."""
    prediction = workspace.read(SEVEN)
    workspace.close()
    workspace.close()
    with pytest.raises(StoreError):
        workspace.keep(prediction, source=Source.DRAWING)


def test_all_is_well_with_a_model_and_a_database(workspace):
    """Healthy means that both were tried and work."""
    health = workspace.health()
    assert health.model == workspace.registry.champion()
    assert (health.database_connected, health.problems) == (True, ())


@pytest.fixture
def without_model(tmp_path):
    """A workspace whose folder of models does not exist."""
    with Workspace(Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")) as workspace:
        yield workspace


def test_without_a_model_prediction_fails_in_words_and_history_works(without_model):
    """What needs no model works without one; what needs one says so, each time it is asked."""
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="No model version is being served"):
            without_model.read(SEVEN)
    assert without_model.history.count() == 0


def test_health_tells_of_a_missing_model(without_model):
    """Without a model health names the problem and the database still counts as connected."""
    health = without_model.health()
    assert health.model is None
    assert health.database_connected
    assert health.problems == ("No model version is being served. Train one with `hwr train`, and promote it.",)


def test_a_model_that_comes_later_is_found(without_model, workspace):
    """Once a version is served, a workspace that had none reads without being opened again."""
    assert without_model.health().model is None
    shutil.copytree(workspace.settings.models_dir, without_model.settings.models_dir)
    assert without_model.read(SEVEN).digit == 7
    assert without_model.health().problems == ()


def test_health_tells_of_a_damaged_model(without_model, workspace):
    """A file that is not what was published is a problem of the model, not a crash."""
    shutil.copytree(workspace.settings.models_dir, without_model.settings.models_dir)
    (without_model.registry.champion().folder / LITERT).write_bytes(b"rubbish")
    health = without_model.health()
    assert health.model is None
    assert [problem for problem in health.problems if "is damaged" in problem]


@pytest.mark.duckdb_file
def test_health_tells_of_a_database_that_cannot_be_opened(workspace):
    """A file that is no database is a problem said in words; reading goes on."""
    workspace.settings.database.write_bytes(b"this is no database" * 500)
    health = workspace.health()
    assert not health.database_connected
    assert len(health.problems) == 1
    assert str(workspace.settings.data_dir) not in health.problems[0]
    assert workspace.read(SEVEN).digit == 7


def test_an_upload_is_stored_beside_its_prediction(workspace):
    """Whichever way a prediction was stored, its image file can be had again, once for the same content."""
    kept = [
        workspace.read_and_keep(SEVEN, source=Source.API),
        workspace.keep(workspace.read(SEVEN), source=Source.DRAWING, image=SEVEN),
        workspace.keep_all(workspace.read_all([("7.png", SEVEN)]), [("7.png", SEVEN)], source=Source.BATCH)[0].kept,
    ]
    assert [workspace.history.upload(each.id) for each in kept] == [SEVEN] * 3
    assert len([*workspace.settings.uploads.glob("??/*")]) == 1


def test_no_upload_is_stored_when_the_settings_say_so(settings):
    """With zero days for uploads none is ever written."""
    with Workspace(settings.model_copy(update={"keep_uploads_days": 0})) as workspace:
        kept = workspace.read_and_keep(SEVEN, source=Source.API)
        assert kept.upload is None
        assert not workspace.settings.uploads.exists()


def test_pruning_follows_the_settings_unless_told_otherwise(workspace):
    """Without a limit in the settings no prediction goes; with one given, those past it do."""
    workspace.read_and_keep(SEVEN, source=Source.API)
    assert workspace.prune().predictions == 0
    assert workspace.prune(predictions_older_than=0).predictions == 1
    assert workspace.history.count() == 0


def test_a_script_that_closes_nothing_ends_in_silence(settings):
    """Two lines give the history as a DataFrame, and the program that leaves it at that says nothing on stderr."""
    script = "from hwr_core.app.workspace import open_workspace\nprint(len(open_workspace().exports.frame()))"
    environment = {**os.environ, "HWR_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("0", "")
