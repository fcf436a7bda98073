"""The models folder: one immutable folder per version; `pointers` says which of them serves.

With a storage that servers share, the folder is this machine's copy of the versions there.
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from hwr_core.errors import InvalidValue, ModelUnavailable, NotFound
from hwr_core.files import because, write_whole
from hwr_core.notes import Notes, read_notes, write_notes
from hwr_core.registry.card import ModelCard
from hwr_core.registry.pointers import CHALLENGER, CHAMPION, FilePointers, Pointers
from hwr_core.registry.shipped import bring

if TYPE_CHECKING:  # it copies what this module defines
    from hwr_core.registry.shared import SharedVersions

CARD = "card.json"
WEIGHTS = "model.keras"
LITERT = "model.tflite"
LINES_WEIGHTS = "lines.keras"
LINES_LITERT = "lines.tflite"
PAGES_WEIGHTS = "pages.keras"
PAGES_LITERT = "pages.tflite"
SCRIPTS_LITERT = "scripts.tflite"
SCRIPTS_HEADS = "scripts.npz"
"""Older versions do not have the networks of lines, of pages and of scripts."""

log = logging.getLogger(__name__)

VERSION_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{5}")
"""UTC time and the beginning of the content's hash. Other names are not versions, so that no name can be a path."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model version on disk: its folder and its card, and where it stands whether it is retired."""

    folder: Path
    card: ModelCard
    pointers: Pointers = field(compare=False, repr=False)
    shared: "SharedVersions | None" = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The name of the version and of its folder."""
        return self.folder.name

    @property
    def is_retired(self) -> bool:
        """Whether it is excluded from promotion."""
        return self.pointers.is_retired(self.name)

    @property
    def notes(self) -> Notes:
        """What people say of it."""
        return read_notes(self.folder)

    @property
    def size(self) -> int:
        """The size of its files in bytes."""
        return sum((self.folder / name).stat().st_size for name in self.card.files if (self.folder / name).exists())

    def read_file(self, name: str) -> bytes:
        """Return one file of the version after checking its content against the card.

        Raises:
            NotFound: the version has no file of this name.
            ModelUnavailable: the file is missing or damaged.
        """
        if name not in self.card.files:
            raise NotFound(f"Model version {self.name} has no file {name!r}; there are {', '.join(self.card.files)}.")
        try:
            content = (self.folder / name).read_bytes()
        except FileNotFoundError as error:
            raise ModelUnavailable(f"The file {name} of model version {self.name} is missing.") from error
        except OSError as error:
            words = f"The file {name} of model version {self.name} cannot be read{because(error)}."
            raise ModelUnavailable(words) from error
        if sha256(content).hexdigest() != self.card.files[name]:
            raise ModelUnavailable(
                f"The file {name} of model version {self.name} is damaged: its hash is not the one in the card."
            )
        return content

    def add_file(self, name: str, content: bytes) -> None:
        """Store a file beside the version's own, atomically, also where others see it. Raises OSError."""
        (self.folder / name).parent.mkdir(exist_ok=True)
        write_whole(self.folder / name, content)
        if self.shared is not None:
            self.shared.send_file(self.name, name, content)


class Registry:
    """The model versions of one folder, and those that servers share."""

    def __init__(
        self,
        models_dir: Path,
        shipped: Path | None = None,
        shared: "SharedVersions | None" = None,
        pointers: Callable[[FilePointers], Pointers] | None = None,
    ) -> None:
        """Make a registry.

        Args:
            models_dir: the folder of versions.
            shipped: the folder of the version that an installed package brings along, which is not there otherwise.
            shared: the versions that servers share.
            pointers: makes what says which version serves, from the files in the folder, which else say it.
        """
        self._given = models_dir
        self._shipped = shipped
        self._shared = shared
        files = FilePointers(lambda: self.folder)
        self.pointers: Pointers = files if pointers is None else pointers(files)

    @cached_property
    def folder(self) -> Path:
        """The folder of the versions, in which the shipped one is when it is first looked into."""
        if self._shipped is not None and self._shipped.is_dir():
            bring(self._shipped, self._given, CHAMPION)
        return self._given

    def versions(self) -> list[ModelVersion]:
        """Return all versions whose cards can be read, newest first."""
        return [version for name in self.names() if (version := self._get_if_whole(name))]

    def names(self) -> list[str]:
        """Return the names of all versions, including damaged ones, newest first."""
        folders = {card.parent.name for card in self.folder.glob(f"*/{CARD}")}
        names = folders.union(self._shared.names() if self._shared is not None else ())
        return sorted((name for name in names if VERSION_NAME.fullmatch(name)), reverse=True)

    def _get_if_whole(self, name: str) -> ModelVersion | None:
        try:
            return self.get(name)
        except (ModelUnavailable, NotFound) as error:  # not found: its files in the storage are not whole
            log.warning("%s", error)
            return None

    def get(self, name: str) -> ModelVersion:
        """Return one version; one that others have published is copied to this machine first.

        Raises:
            NotFound: there is no version of this name.
            ModelUnavailable: its card cannot be read, or it cannot be copied.
        """
        folder = self.folder / name
        if self._shared is not None and VERSION_NAME.fullmatch(name) and not (folder / CARD).is_file():
            self._shared.fetch(name)
        if not VERSION_NAME.fullmatch(name) or not (folder / CARD).is_file():
            raise NotFound(f"There is no model version {name!r}.")
        try:
            card = ModelCard.model_validate_json((folder / CARD).read_bytes())
            return ModelVersion(folder, card, self.pointers, self._shared)
        except (OSError, ValidationError) as error:
            raise ModelUnavailable(f"The card of model version {name} cannot be read{because(error)}.") from error

    def find(self, name: str) -> ModelVersion:
        """Return the version of a name or an alias ("champion", "challenger"). Raises NotFound, ModelUnavailable."""
        if name == CHAMPION:
            return self.champion()
        return self.get((name == CHALLENGER and self.challenger_name()) or name)

    def champion(self) -> ModelVersion:
        """Return the version being served.

        Raises:
            ModelUnavailable: no version is served, or the served one is missing or damaged.
        """
        name = self.champion_name()
        if name is None:
            raise ModelUnavailable("No model version is being served. Train one with `hwr train`, and promote it.")
        try:
            return self.get(name)
        except NotFound as error:
            raise ModelUnavailable(f"The model version chosen to serve, {name!r}, does not exist.") from error

    def champion_name(self) -> str | None:
        """Return the name of the served version, whether or not it exists; None when no version is served.

        Raises:
            ModelUnavailable: the alias cannot be read.
        """
        return self.pointers.get(CHAMPION)

    def challenger_name(self) -> str | None:
        """Return the name of the version that may replace the champion. Raises ModelUnavailable."""
        return self.pointers.get(CHALLENGER)

    def publish(self, card: ModelCard, files: dict[str, bytes]) -> ModelVersion:
        """Add a version: write it to a temporary folder and rename that, never replacing another version.

        It is then put where others see it. Where that fails it is here alone, and the log says so: what a training has
        made is not lost.

        Args:
            card: its `version` and `files` are filled in here.
            files: the content of each file except the card.

        Raises:
            InvalidValue: the same content was already published with the same time.
        """
        hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
        digest = sha256("".join(hashes[name] for name in sorted(hashes)).encode()).hexdigest()
        name = f"{card.created_at:%Y%m%dT%H%M%SZ}-{digest[:5]}"
        if (self.folder / name).exists():  # where another process is faster, the rename below fails
            raise InvalidValue(f"There is already a model version {name}.")
        complete = card.model_copy(update={"version": name, "files": hashes})
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".publishing-", dir=self.folder))
        try:
            for file_name, content in files.items():
                (aside / file_name).write_bytes(content)
            (aside / CARD).write_text(complete.model_dump_json(indent=1) + "\n", encoding="utf-8")
            aside.chmod(0o755)
            aside.rename(self.folder / name)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        if self._shared is not None:
            self._shared.send(name)
        return self.get(name)

    def describe(self, version: ModelVersion, notes: Notes) -> None:
        """Replace what people say of a version. Raises ModelUnavailable where it cannot be written."""
        try:
            write_notes(version.folder, notes)
        except OSError as error:
            words = f"The notes of model version {version.name} cannot be written{because(error)}."
            raise ModelUnavailable(words) from error

    def serve(self, version: ModelVersion) -> None:
        """Serve a version, atomically; `hwr_core.evaluation.promotion` decides when that is allowed."""
        with self.pointers.changing() as change:
            change.point(CHAMPION, version.name)

    def challenge(self, version: ModelVersion) -> None:
        """Make a version the challenger, atomically."""
        with self.pointers.changing() as change:
            change.point(CHALLENGER, version.name)

    def end_challenge(self) -> None:
        """Remove the challenger's alias."""
        with self.pointers.changing() as change:
            change.point(CHALLENGER, None)
