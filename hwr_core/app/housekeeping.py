"""Room on the disk: how much of it everything takes up, and what is deleted when its time is over."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hwr_core.db.store import Store
from hwr_core.files import remove_dead, remove_unfinished
from hwr_core.records.retention import Pruned, Retention, prune
from hwr_core.records.uploads import Uploads
from hwr_core.settings import Settings
from hwr_core.storage.folder import Folder


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes that each part takes up, and that are free on the disk of the data folder."""

    database: int
    uploads: int
    custom_dataset: int
    jobs: int
    models: int
    free: int


class Housekeeping:
    """The use cases of whoever looks after the disk. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, uploads: Uploads) -> None:
        self._settings = settings
        self._store = store
        self._uploads = uploads

    def storage(self) -> Storage:
        """Return how much room everything takes up, in bytes. Raises StoreError."""
        settings = self._settings
        return Storage(
            database=self._store.size(),
            uploads=_size(settings.uploads),
            custom_dataset=_size(settings.custom_dataset),
            jobs=_size(settings.jobs),
            models=_size(settings.models_dir),
            free=free_space(settings.data_dir),
        )

    def tidy_up(self) -> list[str]:
        """Remove what killed processes have left, a backup's copy of the database for one; return what that was."""
        self._uploads.remove_unfinished()
        remove_unfinished(self._settings.data_dir)
        Folder(self._settings.models_dir).tidy()  # copies of shared versions lie in the folders of it
        return remove_dead(self._settings.unfinished)

    def prune(
        self,
        *,
        dry_run: bool = False,
        predictions_older_than: int | None = None,
        uploads_older_than: int | None = None,
    ) -> Pruned:
        """Delete predictions and uploads that are older than so many days; without a number the settings decide.

        Raises:
            InvalidValue: a number of days is negative.
            StoreError: the history cannot be written at present.
        """
        settings = self._settings
        retention = Retention(
            settings.keep_predictions_days if predictions_older_than is None else predictions_older_than,
            settings.keep_uploads_days if uploads_older_than is None else uploads_older_than,
        )
        if not dry_run:
            self.tidy_up()
        return prune(self._store, self._uploads, retention, dry_run=dry_run)


def free_space(folder: Path) -> int:
    """Return the bytes free where a folder is or will be."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 where nothing is."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(FileNotFoundError):  # it was deleted since it was listed
                total += Path(folder, name).lstat().st_size
    return total
