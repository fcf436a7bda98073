"""What all tests share: a clean environment, settings of a throw-away data folder, a workspace, the data sets."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from hwr_core.app.workspace import Workspace
from hwr_core.auth import passwords
from hwr_core.settings import PROJECT, Settings
from tests.counters_server import CountersServer, counting
from tests.postgresql import PostgreSQL, programs, running

pytest_plugins = ["tests.records_fixtures", "tests.object_store"]

DATASETS = "HWR_DATASETS_DIR"

LONGEST = ("tests/training/", "tests/notebooks/")
"""Files of slow tests that take minutes: what begins last should not, or all other processes wait for its end."""


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's HWR_* variables and `.env` out: only the data sets' folder comes through."""
    with pytest.MonkeyPatch.context() as patch:
        datasets = os.environ.get(DATASETS)
        for name in [name for name in os.environ if name.upper().startswith("HWR_")]:
            patch.delenv(name)
        if datasets:
            patch.setenv(DATASETS, str(Path(datasets).resolve()))
        patch.setenv("HWR_WORKERS", "1")  # as tests.serving says
        patch.setenv("HWR_JOB_PRIORITY", "normal")  # a machine that tests has no time to spare: idle jobs would wait
        patch.chdir(tmp_path_factory.mktemp("working-folder"))  # `.env` is read from the working folder
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords as cheaply as argon2 can: they are to be slow to guess, not slow to test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store=postgresql` keeps the histories of all tests on a server that the tests start."""
    parser.addoption("--store", choices=["duckdb", "postgresql"], default="duckdb", help="engine of the history")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files; skip, with --store=postgresql, what is about DuckDB's file itself."""
    items.sort(key=lambda item: not (item.get_closest_marker("slow") and item.nodeid.startswith(LONGEST)))
    if config.getoption("--store") == "postgresql":
        skip = pytest.mark.skip(reason="about DuckDB's file")
        for item in items:
            if item.get_closest_marker("duckdb_file"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server of PostgreSQL; tests that want it are skipped where it is not installed."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql): this test wants its server.")
    with running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def counters_server() -> Iterator[CountersServer]:
    """A server of Valkey or Redis; tests that want it are skipped where none is installed."""
    program = shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        pytest.skip(
            "Neither Valkey nor Redis is installed (Debian: apt-get install redis-server): this test wants one."
        )
    with counting(program) as server:
        yield server


@pytest.fixture(autouse=True)
def _engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --store=postgresql, give each test a database of its own; child processes find it too."""
    if request.config.getoption("--store") == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        monkeypatch.setenv("HWR_DATABASE_URL", server.new_database())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder and the model versions shipped."""
    return Settings(data_dir=tmp_path / "data", models_dir=PROJECT / "models")


@pytest.fixture
def workspace(settings: Settings, begin_history: Callable[[Path], None]) -> Iterator[Workspace]:
    """A workspace of an empty history; closed after the test."""
    begin_history(settings.database)
    with Workspace(settings) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def example_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the example history, to be copied: making it takes some seconds."""
    folder = tmp_path_factory.mktemp("example") / "data"
    with Workspace(Settings(data_dir=folder, models_dir=PROJECT / "models")) as workspace:
        workspace.examples.load()
    return folder


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of real handwriting; tests that want it are skipped without it."""
    folder = os.environ.get(DATASETS)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"{DATASETS} names no folder: this test wants real handwriting.")
    return Path(folder)
