"""What is left of a history whose process is killed at any moment, and of one that cannot be written."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.db.migrations import MIGRATIONS, migrate
from hwr_core.db.tables.history import predictions_and_uploads
from hwr_core.errors import StoreError, StoreUnavailable
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.handwriting import drawing, png

pytestmark = pytest.mark.duckdb_file

WRITE_ALL_THE_TIME = r"""
import os, sys
from pathlib import Path
from threading import Thread
import numpy as np
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from hwr_core.app.workspace import Workspace

workspace = Workspace(Settings(data_dir=Path(sys.argv[1])))
seen = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
prediction = Prediction(Verdict.DIGIT, 7, 0.9, (0.01,) * 7 + (0.91, 0.01, 0.01), seen, "v1", Timings(0.001, 0.001))

def tell(kind, number):
    os.write(1, f"{kind} {number}\n".encode())  # a line at once, or it would mix with another thread's

def go_on(place):
    number = 0
    while True:
        number += 1
        image = f"{place} {number}".encode()
        kept = workspace.keep(prediction, source=Source.API, image=image)
        tell("prediction", kept.id)
        said = workspace.feedback.give(kept.id, actual_digit=number % 10)
        tell("feedback", said.id)

for place in range(4):
    Thread(target=go_on, args=(place,)).start()
"""


def _acknowledged_until_killed(data_dir: Path, after: float) -> dict[str, set[int]]:
    """Start a process that writes, kill it some time after its first word, and return what it was answered."""
    command = [sys.executable, "-c", WRITE_ALL_THE_TIME, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        lines = [line.split() for line in [first, *writer.stdout] if line.endswith("\n")]
    return {kind: {int(number) for name, number in lines if name == kind} for kind in ("prediction", "feedback")}


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.long])])
def test_kills_at_random_moments_lose_nothing_acknowledged(tmp_path: Path, kills: int) -> None:
    """After each kill all that was answered is there, whole, and migrating again changes nothing."""
    moments = random.Random(20)  # noqa: S311  no secret
    acknowledged: dict[str, set[int]] = {"prediction": set(), "feedback": set()}
    for _ in range(kills):
        for kind, numbers in _acknowledged_until_killed(tmp_path / "data", moments.uniform(0, 0.4)).items():
            assert not numbers & acknowledged[kind]  # no id is given twice
            acknowledged[kind] |= numbers
        with Workspace(Settings(data_dir=tmp_path / "data")) as workspace, workspace.store.session() as cursor:
            stored = cursor.execute("select id, upload from predictions").fetchall()
            judged = cursor.execute("select id, prediction_id from feedback").fetchall()
            labels = cursor.execute("select prediction_id from labels").fetchall()
            applied = cursor.execute("select name from migrations").fetchall()
        assert acknowledged["prediction"] <= {number for number, _ in stored}
        assert acknowledged["feedback"] <= {number for number, _ in judged}
        assert len({number for number, _ in stored}) == len(stored)
        assert sorted(number for (number,) in labels) == sorted(number for _, number in judged)
        assert all((tmp_path / "data" / "originals" / name[:2] / name).is_file() for _, name in stored)
        assert [name for (name,) in applied] == [migration.__name__ for migration in MIGRATIONS]
    assert len(acknowledged["prediction"]) > kills


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_a_history_of_each_earlier_version_opens_with_its_data(tmp_path: Path, version: int) -> None:
    """A file as any earlier hwr left it gets what it lacks; its users and predictions are there and can be labelled."""
    settings = Settings(data_dir=tmp_path)
    renamed = MIGRATIONS.index(predictions_and_uploads) <= version
    table, ids = ("predictions", "prediction_ids") if renamed else ("readings", "reading_ids")
    with duckdb.connect(settings.database) as connection:
        connection.execute("set timezone = 'UTC'")
        migrate(connection, MIGRATIONS[: version + 1])
        connection.execute("insert into users (username) values ('ada')")
        connection.execute(
            f"""
            insert into {table} (id, created_at, user_id, source, verdict, digit, confidence, probabilities, seen,
                model_version, preprocessing_seconds, inference_seconds, enhancement_level)
            select nextval('{ids}'), '2026-01-01T00:00:00Z', 2, 'drawing', 'digit', 7, 0.9,
                [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.91, 0.01, 0.01], $1, 'v1', 0.001, 0.001, 1.0
            """,
            [bytes(784)],
        )
    with Workspace(settings) as workspace:
        (kept,) = workspace.history.page().predictions
        assert (kept.user_id, kept.prediction.digit, kept.upload, kept.label) == (2, 7, None, None)
        assert workspace.feedback.give(kept.id, actual_digit=7).correct_prediction
        assert workspace.analytics.system().accuracy.share == 1.0


@pytest.mark.skipif(os.geteuid() == 0, reason="Root may write to any folder.")
def test_a_folder_without_permission_is_reported(tmp_path: Path) -> None:
    """A data folder of another user of the machine is an error that says what to do."""
    tmp_path.chmod(0o500)
    with (
        Workspace(Settings(data_dir=tmp_path)) as workspace,
        pytest.raises(StoreUnavailable, match="Grant access to the data"),
    ):
        workspace.users.all()


def test_an_empty_file_becomes_a_history(tmp_path: Path) -> None:
    """A kill while the file was being created leaves an empty one, which is replaced."""
    settings = Settings(data_dir=tmp_path)
    settings.database.touch()
    with Workspace(settings) as workspace:
        assert len(workspace.users.all()) == 1


FILL_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from hwr_core.errors import StoreError
from hwr_core.settings import Settings
from hwr_core.app.workspace import Workspace

workspace = Workspace(Settings(data_dir=Path(sys.argv[1])))
workspace.users.create("before")
size = workspace.settings.database.stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200_000, resource.RLIM_INFINITY))
created = 0
try:
    for number in range(100_000):
        workspace.users.create(f"user {number} " + "x" * 40)
        created += 1
except StoreError as error:
    print("refused:", error)
print("created", created, flush=True)
import os
os._exit(0)
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    """When no more can be written the store says so, and all that was answered before is there afterwards."""
    command = [sys.executable, "-c", FILL_THE_DISK, str(tmp_path / "data")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    refused, created = done.stdout.splitlines()
    assert refused.startswith("refused: The history")
    with Workspace(Settings(data_dir=tmp_path / "data")) as workspace:
        names = {user.username for user in workspace.users.all()}
    assert {"default", "before"} <= names
    assert len(names) >= int(created.split()[1]) + 2


def test_after_a_failure_the_store_works_again(tmp_path: Path) -> None:
    """An image file that cannot be kept refuses its prediction, and once it can, the next one is kept."""
    (tmp_path / "originals").write_text("a file where the folder should be")
    with Workspace(Settings(data_dir=tmp_path)) as workspace:
        image = png(drawing(7))
        prediction = workspace.read(image)
        with pytest.raises(StoreError):
            workspace.keep(prediction, source=Source.API, image=image)
        assert workspace.history.count() == 0
        (tmp_path / "originals").unlink()
        assert workspace.keep(prediction, source=Source.API, image=image).id > 0
        assert workspace.history.count() == 1
