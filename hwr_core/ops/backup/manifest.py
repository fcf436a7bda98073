"""The list of what an archive holds: made with it, and checked before anything of it is believed."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from hwr_core.datasets.custom import LABEL_OF_FOLDER
from hwr_core.errors import InvalidValue
from hwr_core.evaluation.promotion import LOG
from hwr_core.registry.registry import CHALLENGER, CHAMPION, VERSION_NAME

MANIFEST = "manifest.json"
MODELS = "models"
DATABASE, UPLOADS, CUSTOM = "hwr.duckdb", "originals", "custom_dataset"
POINTERS = (CHAMPION, CHALLENGER, LOG)
"""The files among the model versions that say which is served, and why."""
LONGEST_NAME = 255

_UPLOAD = re.compile(r"[0-9a-f]{64}")


class File(BaseModel):
    """One file: its size and the SHA-256 of its content, in hex."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Counts(BaseModel):
    """How much of each there is. `missing` are image files that predictions name and that were gone before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: int = Field(ge=0)
    predictions: int = Field(ge=0, validation_alias=AliasChoices("predictions", "readings"))  # as older archives say
    feedback: int = Field(ge=0)
    jobs: int = Field(ge=0)
    uploads: int = Field(ge=0, validation_alias=AliasChoices("uploads", "originals"))
    missing: int = Field(ge=0)
    images: int = Field(ge=0, validation_alias=AliasChoices("images", "pictures"))
    versions: int = Field(ge=0)


class Manifest(BaseModel):
    """What is in an archive. `db_schema` names the migrations that the database has been through."""

    model_config = ConfigDict(frozen=True)  # a later hwr may say more

    format: Literal[1] = 1
    hwr: str
    made_at: datetime
    db_schema: tuple[str, ...]
    counts: Counts
    files: Mapping[str, File]

    @property
    def bytes(self) -> int:
        """What all files take together, unpacked."""
        return sum(file.bytes for file in self.files.values())


def parse(content: bytes) -> Manifest:
    """Read a manifest. Raises InvalidValue for one that is not whole or names a file that has no place in a backup."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise InvalidValue(
            "This is no backup of hwr, or one of a newer hwr: its list of contents is not valid."
        ) from error
    for name in manifest.files:
        if not has_a_place(name):
            raise InvalidValue(f"The backup names a file that has no place in one: {name[:100]!r}.")
    if DATABASE not in manifest.files:
        raise InvalidValue("The backup holds no database.")
    return manifest


def has_a_place(name: str) -> bool:
    """Whether a name is one that `back_up` writes: a plain path below one of the few folders, and to nowhere else."""
    parts = PurePosixPath(name).parts
    return "/".join(parts) == name and all(map(_is_plain, parts)) and _belongs(parts)


def _belongs(parts: tuple[str, ...]) -> bool:
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
    """A name of one file or folder on any system: no step upwards, no drive, nothing hidden, no control character."""
    return (
        not part.startswith(".")
        and len(part.encode(errors="replace")) <= LONGEST_NAME
        and part.isprintable()
        and "\\" not in part
        and not PureWindowsPath(part).drive
    )
