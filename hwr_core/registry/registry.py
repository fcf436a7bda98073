"""models/: one immutable folder a version, and a one-line file for each alias that a version may have."""

import logging
import re
import shutil
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from hwr_core.errors import InvalidValue, ModelUnavailable, NotFound
from hwr_core.files import write_whole
from hwr_core.registry.card import ModelCard

CARD = "card.json"
WEIGHTS = "model.keras"
LITERT = "model.tflite"
LINES_WEIGHTS = "lines.keras"
LINES_LITERT = "lines.tflite"
"""The network that reads lines of digits; versions of before it was there lack it."""
CHAMPION = "champion"
"""Alias of the version being served."""
CHALLENGER = "challenger"
"""Alias of the version that may take its place."""
RETIRED = "retired"
"""A file that lies in the folder of a version which is not to be promoted any more."""

log = logging.getLogger(__name__)

VERSION_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{5}")
"""UTC time and the first of the content's hash. What has another name is no version, and no name is a path."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version on disk: its folder and its card."""

    folder: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The version's name, which is its folder's."""
        return self.folder.name

    @property
    def is_retired(self) -> bool:
        """Whether it is not to be promoted any more."""
        return (self.folder / RETIRED).exists()

    @property
    def size(self) -> int:
        """Bytes that its files take."""
        return sum((self.folder / name).stat().st_size for name in self.card.files if (self.folder / name).exists())

    def read_file(self, name: str) -> bytes:
        """Return one file of the version, its content checked against the card.

        Raises:
            NotFound: the version was published without a file of this name.
            ModelUnavailable: the file is missing or is not what was published.
        """
        if name not in self.card.files:
            raise NotFound(f"Model version {self.name} has no file {name!r}; there are {', '.join(self.card.files)}.")
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelUnavailable(f"Model version {self.name} lacks its file {name}.") from error
        if sha256(content).hexdigest() != self.card.files[name]:
            raise ModelUnavailable(
                f"The file {name} of model version {self.name} is damaged: its hash is not the card's."
            )
        return content


class Registry:
    """The model versions of one folder."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir

    @property
    def folder(self) -> Path:
        """Where the versions lie."""
        return self._models_dir

    def versions(self) -> list[ModelVersion]:
        """Return all versions whose cards can be read, newest first."""
        return [version for name in self.names() if (version := self._get_if_whole(name))]

    def names(self) -> list[str]:
        """Return the names of all versions, also of damaged ones, newest first."""
        folders = (card.parent.name for card in self._models_dir.glob(f"*/{CARD}"))
        return sorted((name for name in folders if VERSION_NAME.fullmatch(name)), reverse=True)

    def _get_if_whole(self, name: str) -> ModelVersion | None:
        try:
            return self.get(name)
        except ModelUnavailable as error:
            log.warning("%s", error)
            return None

    def get(self, name: str) -> ModelVersion:
        """Return one version.

        Raises:
            NotFound: there is none of this name.
            ModelUnavailable: its card cannot be read.
        """
        folder = self._models_dir / name
        if not VERSION_NAME.fullmatch(name) or not (folder / CARD).is_file():
            raise NotFound(f"There is no model version {name!r}.")
        try:
            return ModelVersion(folder, ModelCard.model_validate_json((folder / CARD).read_bytes()))
        except (OSError, ValidationError) as error:
            raise ModelUnavailable(f"The card of model version {name} cannot be read.") from error

    def find(self, name: str) -> ModelVersion:
        """Return the version of this name, or the one that "champion" or "challenger" means. Raises as those do."""
        if name == CHAMPION:
            return self.champion()
        return self.get((name == CHALLENGER and self.challenger_name()) or name)

    def champion(self) -> ModelVersion:
        """Return the version being served.

        Raises:
            ModelUnavailable: none has been chosen, or the chosen one is gone or damaged.
        """
        name = self.champion_name()
        if name is None:
            raise ModelUnavailable("No model version has been chosen to serve; `hwr train` makes one.")
        try:
            return self.get(name)
        except NotFound as error:
            raise ModelUnavailable(f"The model version chosen to serve, {name!r}, is not there.") from error

    def champion_name(self) -> str | None:
        """Return the name of the version chosen to serve, whether or not it is there; None when none was chosen.

        Raises:
            ModelUnavailable: the choice cannot be read.
        """
        return self._alias(CHAMPION)

    def challenger_name(self) -> str | None:
        """Return the name of the version that may take the champion's place. Raises ModelUnavailable."""
        return self._alias(CHALLENGER)

    def _alias(self, alias: str) -> str | None:
        try:
            return (self._models_dir / alias).read_text(encoding="utf-8", errors="replace").strip() or None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ModelUnavailable(
                f"The file that names the {alias} among the model versions cannot be read."
            ) from error

    def publish(self, card: ModelCard, files: dict[str, bytes]) -> ModelVersion:
        """Add a version: written aside, named by its time and content, moved in whole, never over another.

        Args:
            card: its `version` and `files` are filled in here.
            files: content of each file beside the card.

        Raises:
            InvalidValue: the same content was published for the same second.
        """
        hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
        digest = sha256("".join(hashes[name] for name in sorted(hashes)).encode()).hexdigest()
        name = f"{card.created_at:%Y%m%dT%H%M%SZ}-{digest[:5]}"
        if (self._models_dir / name).exists():  # where another process is quicker still, the move below is refused
            raise InvalidValue(f"There is already a model version {name}.")
        complete = card.model_copy(update={"version": name, "files": hashes})
        self._models_dir.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".publishing-", dir=self._models_dir))
        try:
            for file_name, content in files.items():
                (aside / file_name).write_bytes(content)
            (aside / CARD).write_text(complete.model_dump_json(indent=1) + "\n", encoding="utf-8")
            aside.chmod(0o755)
            aside.rename(self._models_dir / name)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        return self.get(name)

    def serve(self, version: ModelVersion) -> None:
        """Make a version the one being served, atomically; `hwr_core.evaluation.promotion` says when that is allowed."""
        write_whole(self._models_dir / CHAMPION, f"{version.name}\n".encode())

    def challenge(self, version: ModelVersion) -> None:
        """Make a version the one that may take the champion's place, atomically."""
        write_whole(self._models_dir / CHALLENGER, f"{version.name}\n".encode())

    def end_challenge(self) -> None:
        """Leave the champion without a challenger."""
        (self._models_dir / CHALLENGER).unlink(missing_ok=True)
