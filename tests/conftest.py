"""What all tests share: a clean environment, settings of a throw-away data folder, a workspace, the data sets."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from hwr_core.app.workspace import Workspace
from hwr_core.auth import passwords
from hwr_core.settings import PROJECT, Settings

pytest_plugins = ["tests.records_fixtures"]

DATASETS = "HWR_DATASETS_DIR"


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's HWR_* variables and `.env` out: only the data sets' folder comes through."""
    with pytest.MonkeyPatch.context() as patch:
        datasets = os.environ.get(DATASETS)
        for name in [name for name in os.environ if name.upper().startswith("HWR_")]:
            patch.delenv(name)
        if datasets:
            patch.setenv(DATASETS, str(Path(datasets).resolve()))
        patch.chdir(tmp_path_factory.mktemp("working-folder"))  # `.env` is read from the working folder
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords as cheaply as argon2 can: they are to be slow to guess, not slow to test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty data folder and the model versions shipped."""
    return Settings(data_dir=tmp_path / "data", models_dir=PROJECT / "models")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    """A workspace of an empty data folder; closed after the test."""
    with Workspace(settings) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of real handwriting; tests that want it are skipped without it."""
    folder = os.environ.get(DATASETS)
    if not folder or not Path(folder).is_dir():
        pytest.skip(f"{DATASETS} names no folder: this test wants real handwriting.")
    return Path(folder)
