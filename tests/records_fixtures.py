"""Fixtures around one history: a real file in a temporary folder, and programs beside us that use it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hwr_core.db.engines import server_store
from hwr_core.db.file_store import FileStore
from hwr_core.db.store import Store
from hwr_core.errors import HwrError
from hwr_core.events import Events
from hwr_core.recognition.types import Prediction, Timings, Verdict
from hwr_core.records.feedback import FeedbackLog
from hwr_core.records.history import History
from hwr_core.records.predictions import NewPrediction, PredictionRecord, Source, record_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.records.users import Users
from hwr_core.settings import Settings

Program = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="session")
def begin_history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], None]:
    """Put an empty history's file where none is, migrated once for all tests; with --store=postgresql it has none."""
    if request.config.getoption("--store") == "postgresql":
        return lambda _: None
    made = tmp_path_factory.mktemp("empty") / "hwr.duckdb"
    with closing(FileStore(made, busy_timeout=5, idle_release=60)) as store, store.session():
        pass

    def put(file: Path) -> None:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made, file)

    return put


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database will be; neither it nor its folder exists yet."""
    return tmp_path / "data" / "hwr.duckdb"


@pytest.fixture
def store(database: Path, begin_history: Callable[[Path], None]) -> Iterator[Store]:
    """A store that holds its file until it is closed; with --store=postgresql, one on the server."""
    begin_history(database)
    settings = Settings(data_dir=database.parent)
    store: Store = FileStore(database, busy_timeout=5, idle_release=60)
    if settings.database_url is not None:
        store = server_store(settings.database_url.get_secret_value(), settings)
    yield store
    store.close()


@pytest.fixture
def uploads(database: Path) -> Uploads:
    """The folder of image files beside the database."""
    return Uploads.in_folder(database.parent / "originals")


@pytest.fixture
def users(store: Store, uploads: Uploads) -> Users:
    """The users of the store."""
    return Users(store, uploads)


@pytest.fixture
def history(store: Store, uploads: Uploads) -> History:
    """The history of the store, in pages of 100 at most."""
    return History(store, uploads, max_page=100)


@pytest.fixture
def feedback(store: Store) -> FeedbackLog:
    """The feedback of the store."""
    return FeedbackLog(store, Events())


@pytest.fixture
def record(store: Store, uploads: Uploads) -> Callable[..., list[PredictionRecord | HwrError]]:
    """Enter predictions into the store."""

    def record(*rows: NewPrediction) -> list[PredictionRecord | HwrError]:
        with store.writing() as cursor:
            return record_predictions(cursor, rows, uploads)

    return record


@pytest.fixture
def program() -> Iterator[Program]:
    """Start Python source with arguments as another process; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", source, *map(str, arguments)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def new_prediction() -> Callable[..., NewPrediction]:
    """Make a drawing on its way into the history, as the recogniser reads them, with noise for an image."""

    def make(user_id: int = 1, digit: int | None = 7, verdict: Verdict = Verdict.DIGIT, **more: Any) -> NewPrediction:
        confidence = more.pop("confidence", 0.91)
        source = more.pop("source", Source.DRAWING)
        version = more.pop("version", "v1-abcde")
        probabilities = np.full(10, 0.01)
        probabilities[digit or 0] = 0.91
        seen = np.random.default_rng(digit).integers(0, 256, (28, 28), dtype=np.uint8)
        timings = more.pop("timings", Timings(preprocessing=0.001, inference=0.0003))
        prediction = Prediction(verdict, digit, confidence, tuple(probabilities.tolist()), seen, version, timings)
        return NewPrediction(user_id, source, prediction, **more)

    return make
