"""Checks of the data: the history, image files, the model, data sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import numpy as np

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.request import Places
from hwr_core.datasets.sources import OPEN_SOURCES, available_sources
from hwr_core.db.copies import Contents, contents_of
from hwr_core.db.engines import open_store
from hwr_core.db.store import Store
from hwr_core.errors import HwrError, StorageUnavailable
from hwr_core.images.encode import as_png
from hwr_core.images.strokes import draw
from hwr_core.ops.doctor.finding import Finding, State
from hwr_core.records.retention import confirm_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.settings import Settings
from hwr_core.storage.places import open_storage

SEVEN = [np.array([(75, 75), (205, 75), (125, 215)], np.float32)]
"""A seven drawn in one stroke on a canvas of 280 x 280 pixels."""


def storage(settings: Settings) -> Finding:
    """Check that the storage that is set takes a file, gives it back and removes it."""
    if settings.storage_url is None:
        return Finding("storage", State.GOOD, "files lie in the data folder")
    probe, content = f"doctor/{token_hex(8)}", b"hwr"
    try:
        place = open_storage(settings.storage_url)
        place.write({probe: content})
        try:
            same = place.read(probe) == content
        finally:
            place.remove([probe])
    except StorageUnavailable as error:
        advice = " ".join(getattr(error, "__notes__", ["See HWR_STORAGE_URL."]))
        return Finding("storage", State.BAD, str(error), advice)
    except (OSError, HwrError) as error:
        return Finding("storage", State.BAD, f"it cannot be used: {error}", "See HWR_STORAGE_URL.")
    if not same:
        return Finding("storage", State.BAD, "it does not give back what was stored", "See HWR_STORAGE_URL.")
    return Finding("storage", State.GOOD, f"{settings.storage_url} can be written, read and cleared")


def database(settings: Settings) -> Finding:
    """Check that the history can be opened and its tables are up to date."""
    try:
        if not _may_have_history(settings) and not any(Uploads.of(settings).names()):
            return Finding("database", State.GOOD, "there is none yet; it will be created when it is needed")
        found = _contents(settings)
        with _store(settings) as store, store.session() as cursor:
            confirm_predictions(cursor, Uploads.of(settings))
    except StorageUnavailable as error:
        return Finding("database", State.DOUBTFUL, f"not checked: {error}")
    except HwrError as error:
        return Finding(
            "database",
            State.BAD,
            str(error),
            "If it cannot be repaired, restore a backup: `hwr restore --replace FILE`."
            if settings.database_url is None
            else "HWR_DATABASE_URL names the server; its log says more. Its backups come back with `pg_restore`.",
        )
    where = "" if settings.database_url is None else "in PostgreSQL: "
    return Finding(
        "database", State.GOOD, f"{where}{found.predictions:,} predictions, {found.users:,} users; tables up to date"
    )


def uploads(settings: Settings) -> Finding:
    """Check that the image files exist that predictions refer to."""
    if not _may_have_history(settings):
        return Finding("image files", State.GOOD, "there are no predictions yet")
    try:
        named = _contents(settings).uploads
        missing = named - set(Uploads.of(settings).names())
    except HwrError as error:
        return Finding("image files", State.DOUBTFUL, f"not checked: {error}")
    if missing:
        where = f"the folder {settings.uploads.name}" if settings.storage_url is None else settings.storage_url
        advice = f"Restore {where} from a backup; the predictions themselves are complete."
        return Finding("image files", State.BAD, f"{len(missing):,} of {len(named):,} are missing", advice)
    return Finding("image files", State.GOOD, f"all {len(named):,} that predictions refer to exist")


def model(settings: Settings) -> Finding:
    """Check that the served version can be loaded and reads a drawn seven."""
    try:
        with Workspace(settings) as workspace:
            prediction = workspace.read(as_png(draw(SEVEN, side=280, pen=16)))
    except HwrError as error:
        advice = "Restore the models folder (from git or a backup), or promote another version: `hwr models list`."
        return Finding("model", State.BAD, str(error), advice)
    found = f"{prediction.model_version} reads a drawn 7 as {prediction.digit}, {prediction.confidence:.0%}"
    if prediction.digit == 7:
        return Finding("model", State.GOOD, found)
    return Finding("model", State.BAD, found, "Roll back to the previous version: `hwr models rollback`.")


def data_sets(settings: Settings) -> Finding:
    """List the data sets for training; recognition needs none."""
    places = Places(settings.datasets, settings.custom_dataset, settings.data_dir / "corrections")
    there = [name for name in available_sources(places) if name in OPEN_SOURCES]
    found = f"{len(there)} of {len(OPEN_SOURCES)} open data sets: {', '.join(there)}"
    if len(there) == len(OPEN_SOURCES):
        return Finding("data sets", State.GOOD, found)
    return Finding("data sets", State.DOUBTFUL, found, "Only training needs them; HWR_DATASETS_DIR is their folder.")


def _may_have_history(settings: Settings) -> bool:
    return settings.database_url is not None or settings.database.exists()


def _contents(settings: Settings) -> Contents:
    with _store(settings) as store, store.session() as cursor:
        return contents_of(cursor)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()
