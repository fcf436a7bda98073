"""The manifest: the list of what an archive contains, checked before anything in the archive is trusted."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from hwr_core.datasets.custom import LABEL_OF_FOLDER
from hwr_core.errors import InvalidValue
from hwr_core.registry.pointers import CHALLENGER, CHAMPION, LOG
from hwr_core.registry.registry import VERSION_NAME

MANIFEST = "manifest.json"
MODELS = "models"
DATABASE, CUSTOM = "hwr.duckdb", "custom_dataset"
UPLOADS = "originals"
"""The folder of uploads, whose name on disk and in archives is older than the word."""
POINTERS = (CHAMPION, CHALLENGER, LOG)
"""The files beside the model versions that say which is served, and why."""
LONGEST_NAME = 255

_UPLOAD = re.compile(r"[0-9a-f]{64}")


class File(BaseModel):
    """One file: its size and the SHA-256 of its content, in hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Counts(BaseModel):
    """How much of each there is. `missing` are image files that predictions refer to and that are not in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: int = Field(ge=0)
    predictions: int = Field(
        ge=0, validation_alias=AliasChoices("predictions", "readings")
    )  # the second is the name in older archives
    feedback: int = Field(ge=0)
    jobs: int = Field(ge=0)
    numbers: int = Field(0, ge=0)  # older archives have none
    uploads: int = Field(ge=0, validation_alias=AliasChoices("uploads", "originals"))
    missing: int = Field(ge=0)
    images: int = Field(ge=0, validation_alias=AliasChoices("images", "pictures"))
    versions: int = Field(ge=0)


class Manifest(BaseModel):
    """What is in an archive. `db_schema` names the migrations that were applied to the database."""

    model_config = ConfigDict(frozen=True)  # a later hwr may add fields

    format: Literal[1] = 1
    hwr: str
    made_at: datetime
    db_schema: tuple[str, ...]
    storage: str | None = None
    """The URL of the storage in which the image files lie that are not in the archive; None where they are in it."""
    counts: Counts
    files: Mapping[str, File]

    @property
    def bytes(self) -> int:
        """The unpacked size of all files together."""
        return sum(file.bytes for file in self.files.values())


def parse(content: bytes) -> Manifest:
    """Read a manifest. Raises InvalidValue where it is not valid or lists a file that is not allowed."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise InvalidValue(
            "This is not a backup of hwr, or it was made by a newer hwr: its manifest is not valid."
        ) from error
    for name in manifest.files:
        if not is_allowed(name):
            raise InvalidValue(f"The backup lists a file that is not allowed in one: {name[:100]!r}.")
    if DATABASE not in manifest.files:
        raise InvalidValue("The backup contains no database.")
    return manifest


def is_allowed(name: str) -> bool:
    """Whether a name is one that `back_up` writes: a plain relative path in one of a few folders."""
    parts = PurePosixPath(name).parts
    return "/".join(parts) == name and all(map(_is_plain, parts)) and _is_known(parts)


def _is_known(parts: tuple[str, ...]) -> bool:
    match parts:
        case (only,):
            return only == DATABASE
        case ("originals", group, upload):
            return bool(_UPLOAD.fullmatch(upload)) and group == upload[:2]
        case ("models", pointer):
            return pointer in POINTERS
        case ("models", version, *_):
            return bool(VERSION_NAME.fullmatch(version))
        case ("custom_dataset", label, _, *_):
            return label in LABEL_OF_FOLDER
        case _:
            return False


def _is_plain(part: str) -> bool:
    """Whether a part is a plain name on any system: not "..", no drive, not hidden, no control characters."""
    return (
        not part.startswith(".")
        and len(part.encode(errors="replace")) <= LONGEST_NAME
        and part.isprintable()
        and "\\" not in part
        and not PureWindowsPath(part).drive
    )
