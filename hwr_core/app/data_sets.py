"""The data that models learn from and are measured on: what is there, and what is added to it."""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from hwr_core.app.limits import limits_of
from hwr_core.datasets.import_zip import Imported, import_zip
from hwr_core.datasets.lines.corrected import CorrectedNumber, write_corrected
from hwr_core.datasets.request import Places
from hwr_core.datasets.shared.labelled_images import SharedImages
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM, SOURCES, available_sources, find_source
from hwr_core.db.store import Store
from hwr_core.evaluation.suites import available_suites, find_suite
from hwr_core.jobs.spec import CORRECTIONS_FILE
from hwr_core.records.labels import count_labels, labelled_images, labelled_numbers
from hwr_core.records.uploads import Uploads
from hwr_core.settings import Settings
from hwr_core.storage.places import LABELLED, shared_storage

DOWNLOADED = "mnist"
"""The one data set that a training downloads where it is missing."""

LEARNED = 0.7
"""Share of one's own images that is learned from; the others check."""


class DataSets:
    """Data sets and suites of one workspace. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        storage = shared_storage(settings, LABELLED)
        self._shared = None if storage is None else SharedImages(storage, settings.custom_dataset)

    @property
    def places(self) -> Places:
        """Where data lies; labelled predictions are written out for each job, so there they are always missing."""
        settings = self._settings
        return Places(settings.datasets, settings.custom_dataset, settings.data_dir / CORRECTIONS_FILE)

    def sources(self) -> dict[str, bool]:
        """Return the names of all data sets, and whether each is there to learn from."""
        self._look()
        there = available_sources(self.places)
        return {name: self._has_corrections() if name == CORRECTIONS else name in there for name in SOURCES}

    def suites(self) -> list[str]:
        """Return the names of the suites that a version can be evaluated on here."""
        self._look()
        found = available_suites(self.places)
        return [*found, CORRECTIONS] if self._has_corrections() else found

    def sizes(self) -> dict[str, int]:
        """Return how many images there are to learn from in the data sets that grow, about."""
        images = sum(1 for _ in self._settings.custom_dataset.glob("*/*"))
        return {CUSTOM: round(LEARNED * images), CORRECTIONS: round(LEARNED * count_labels(self._store))}

    def import_images(self, archive: BinaryIO) -> Imported:
        """Add the labelled images of a ZIP file to one's own. Raises InvalidValue and StoreUnavailable."""
        settings = self._settings
        self._look()  # an image that another machine has with another label is refused, with this reason
        imported = import_zip(
            archive,
            settings.custom_dataset,
            limits_of(settings),
            max_files=settings.max_zip_files,
            max_bytes=settings.max_zip_bytes,
        )
        if self._shared is not None:
            self._shared.exchange_if_possible()
        return imported

    def exchange_images(self) -> None:
        """Have the labelled images of all machines here, and ours there, where they share them. Raises StoreError."""
        if self._shared is not None:
            self._shared.exchange()

    def write_corrections(self, file: Path) -> None:
        """Write the labelled predictions to a file, for whoever never opens the store, unless it exists."""
        if file.exists():
            return  # a job that is resumed goes on with what it began with
        found = labelled_images(self._store)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            np.savez_compressed(stream, images=found.images, labels=found.labels, scripts=found.scripts)

    def write_corrected_numbers(self, file: Path) -> None:
        """Write which files show numbers that users have judged, and what these say, unless it is written."""
        if file.exists():
            return  # as above
        uploads = Uploads.of(self._settings)
        found = labelled_numbers(self._store)
        write_corrected([CorrectedNumber(uploads.address(upload), text) for upload, text in found], file)

    def confirm_sources(self, names: tuple[str, ...]) -> None:
        """Raise DatasetMissing for a source that is not there and cannot be downloaded."""
        there = self.sources()
        for name in names:
            if not there[name] and name != DOWNLOADED:
                find_source(name, self.places)

    def confirm_suites(self, names: tuple[str, ...]) -> None:
        """Raise InvalidValue or DatasetMissing for a suite that has no data here."""
        self._look()
        for name in names:
            if not (name == CORRECTIONS and self._has_corrections()):
                find_suite(name, self.places)

    def _look(self) -> None:
        if self._shared is not None:
            self._shared.look()

    def _has_corrections(self) -> bool:
        return count_labels(self._store) > 0
