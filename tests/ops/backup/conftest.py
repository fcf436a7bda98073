"""Data folders with content, and ways to back up, damage and restore them."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.ops.backup.make import back_up
from hwr_core.ops.backup.manifest import MANIFEST
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.own_models import copied_models

Rewrite = Callable[..., Path]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped version; to be read only."""
    return copied_models(tmp_path_factory.mktemp("models")).folder


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A data folder, and its backup beside it; to be copied only."""
    folder = tmp_path_factory.mktemp("saved")
    settings = Settings(data_dir=folder / "data", models_dir=models)
    with Workspace(settings) as workspace:
        for digit in (3, 5, 7):
            workspace.read_and_keep(png(drawing(digit)), source=Source.API, file_name=f"{digit}.png")
        workspace.feedback.give(3, actual_digit=7)
    image = settings.custom_dataset / "7" / "ada" / "seven.png"
    image.parent.mkdir(parents=True)
    image.write_bytes(png(drawing(7)))
    back_up(settings, folder / "backup.zip")
    return folder


@pytest.fixture
def settings(tmp_path: Path, models: Path, saved: Path) -> Settings:
    """A data folder with three predictions, one of them labelled, and an image of one's own."""
    shutil.copytree(saved / "data", tmp_path / "data")
    return Settings(data_dir=tmp_path / "data", models_dir=models)


@pytest.fixture
def archive(saved: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    return Path(shutil.copy(saved / "backup.zip", tmp_path))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    """Two folders that do not exist yet."""
    return Settings(data_dir=tmp_path / "other" / "data", models_dir=tmp_path / "other" / "models")


@pytest.fixture
def rewritten(archive: Path, tmp_path: Path) -> Rewrite:
    """Write the backup anew with other files in it, and with a manifest changed by a function."""

    def rewrite(
        files: Mapping[str, bytes | None] | None = None,
        change: Callable[[dict[str, Any]], None] = lambda _: None,
        more: Mapping[ZipInfo, bytes] | None = None,
    ) -> Path:
        with ZipFile(archive) as before:
            contents: dict[str, bytes | None] = {name: before.read(name) for name in before.namelist()}
        contents |= files or {}
        manifest = json.loads(contents[MANIFEST] or b"")
        change(manifest)
        contents[MANIFEST] = json.dumps(manifest).encode()
        target = tmp_path / "rewritten.zip"
        with ZipFile(target, "w") as after:
            for name, content in contents.items():
                if content is not None:
                    after.writestr(name, content)
            for info, content in (more or {}).items():
                after.writestr(info, content)
        return target

    return rewrite


def predictions_of(settings: Settings) -> list[PredictionRecord]:
    """Return all predictions of a data folder, the newest first, each with its image file."""
    with Workspace(settings) as workspace:
        page = workspace.history.page(limit=settings.max_page).predictions
        for prediction in page:
            assert workspace.history.upload(prediction.id)
        return list(page)


def everything_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what lies in a folder, without locks."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".lock" and file.name != "lock":
            yield file.relative_to(folder).as_posix(), file.read_bytes()
