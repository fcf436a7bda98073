"""Model versions that several servers share: whole copies between a models folder and a storage, each hash checked.

A version is there once its card is, and the card comes last: whoever looks sees all of it or nothing, and a copy that
was killed is taken up again. A models folder is a storage as well, so one function copies in every direction.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

from pydantic import ValidationError

from hwr_core.errors import ModelUnavailable, NotFound, StorageUnavailable
from hwr_core.files import because
from hwr_core.registry.card import ModelCard
from hwr_core.registry.registry import CARD, VERSION_NAME
from hwr_core.storage.folder import Folder
from hwr_core.storage.storage import Storage

FILE_NAME = re.compile(r"[a-z][a-z0-9-]*\.(tflite|keras|npz)")
"""What the files of a version are called: no other name is written."""
EVALUATION = re.compile(r"evaluations/\w[\w.-]{0,200}\.(json|npz)")
_BESIDE = re.compile(rf"{EVALUATION.pattern}|notes\.json|retired")
"""What may lie in the folder of a version beside its files."""

LOOK = 10.0
"""Seconds for which a list of what the storage has is good enough: each new one is a request."""

log = logging.getLogger(__name__)


def names_in(storage: Storage) -> dict[str, dict[str, int]]:
    """Return the versions of a storage by name, each with its files and their sizes. Raises StoreError and OSError."""
    found: dict[str, dict[str, int]] = {}
    for file in storage.files():
        version, _, name = file.name.partition("/")
        if VERSION_NAME.fullmatch(version):
            found.setdefault(version, {})[name] = file.size
    return {version: files for version, files in found.items() if CARD in files}


def copy_version(name: str, source: Storage, target: Storage) -> None:
    """Copy a version, what was measured of it and what people say of it; the card last.

    Raises:
        NotFound: the source has no such version.
        ModelUnavailable: it is damaged there, or has files that no version has; then nothing is visible at the target.
        StorageUnavailable, OSError: either cannot be used.
    """
    try:
        card = source.read(f"{name}/{CARD}")
        hashes = ModelCard.model_validate_json(card).files
        contents = {file: _whole(name, file, source.read(f"{name}/{file}"), digest) for file, digest in hashes.items()}
    except FileNotFoundError as error:
        raise NotFound(f"The storage has no model version {name!r}, or not all of its files.") from error
    except ValidationError as error:
        raise ModelUnavailable(f"The card of model version {name} cannot be read in the storage.") from error
    beside = [file.name.removeprefix(f"{name}/") for file in source.files(name)]
    contents |= {each: source.read(f"{name}/{each}") for each in beside if _BESIDE.fullmatch(each)}
    target.write({f"{name}/{file}": content for file, content in contents.items()})
    target.write({f"{name}/{CARD}": card})


def _whole(version: str, file: str, content: bytes, digest: str) -> bytes:
    if not FILE_NAME.fullmatch(file):
        raise ModelUnavailable(f"Model version {version} has a file {file!r} in the storage, which no version has.")
    if sha256(content).hexdigest() != digest:
        raise ModelUnavailable(
            f"The file {file} of model version {version} is damaged in the storage: the card has another hash."
        )
    return content


class SharedVersions:
    """The versions of a storage beside those of this machine's models folder. Safe to use from many threads.

    While the storage does not answer, what this machine has is served, trained and measured on; the log says so.
    """

    def __init__(self, storage: Storage, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._folder = Folder(folder)
        self._path = folder
        self._clock = clock
        self._lock = Lock()
        self._listed: Mapping[str, Mapping[str, int]] = {}
        self._looked_at = -LOOK

    def names(self) -> list[str]:
        """Return the names of the versions in the storage, as of some seconds ago at most."""
        # Only the first list is waited for: a storage that does not answer holds up one caller at a time.
        if self._clock() - self._looked_at >= LOOK and self._lock.acquire(blocking=self._looked_at < 0):
            try:
                if self._clock() - self._looked_at >= LOOK:  # else another has just looked
                    self._look()
            finally:
                self._lock.release()
        return list(self._listed)

    def fetch(self, name: str) -> None:
        """Bring a version into the models folder. Raises NotFound and ModelUnavailable."""
        try:
            copy_version(name, self._storage, self._folder)
        except StorageUnavailable as error:
            raise ModelUnavailable(f"Model version {name} is not on this machine. {error}") from error
        except OSError as error:
            raise ModelUnavailable(f"Model version {name} cannot be copied to this machine{because(error)}.") from error

    def send(self, name: str) -> None:
        """Put a version of the models folder into the storage; where that fails, the log says what to do."""
        try:
            copy_version(name, self._folder, self._storage)
        except (StorageUnavailable, OSError) as error:
            log.warning(
                "Model version %s is on this machine alone: %s `hwr migrate-storage data URL` brings it to others.",
                name,
                error,
            )

    def send_file(self, version: str, name: str, content: bytes) -> None:
        """Put a file beside a version's own into the storage; where that fails, the log says so."""
        try:
            self._storage.write({f"{version}/{name}": content})
        except (StorageUnavailable, OSError) as error:
            log.warning("%s of model version %s is on this machine alone: %s", name, version, error)

    def _look(self) -> None:
        try:
            self._listed = names_in(self._storage)
            self._fetch_evaluations()
        except (StorageUnavailable, OSError) as error:
            log.warning("Shared model versions cannot be listed: %s", error)
        self._looked_at = self._clock()

    def _fetch_evaluations(self) -> None:
        """Bring what others have measured, or measured anew, of versions that are here."""
        for version, files in self._listed.items():
            if not (self._path / version / CARD).is_file():
                continue
            for name in filter(EVALUATION.fullmatch, files):
                answers = f"{name.removesuffix('.json')}.npz"
                if name.endswith(".json") and answers in files and self._is_news(version, name, files[name]):
                    found = {f"{version}/{each}": self._storage.read(f"{version}/{each}") for each in (answers, name)}
                    for each, content in found.items():  # one after the other: the figures need the answers
                        self._folder.write({each: content})

    def _is_news(self, version: str, name: str, size: int) -> bool:
        """Whether the storage has a result that this machine lacks, or a later one."""
        own = self._path / version / name
        if not own.exists():
            return True
        return own.stat().st_size != size and _made_at(self._storage.read(f"{version}/{name}")) > _made_at(
            own.read_bytes()
        )


def _made_at(evaluation: bytes) -> datetime:
    """When a result was measured; one that cannot be read is older than all others."""
    try:
        return datetime.fromisoformat(json.loads(evaluation)["created_at"])
    except (KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
