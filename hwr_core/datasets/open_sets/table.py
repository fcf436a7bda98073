"""The table of open data sets, `sets.toml`, as records."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from hwr_core.errors import InvalidValue

SHA256 = r"^[0-9a-f]{64}$"


class PublicFile(BaseModel):
    """A file that a set's makers publish, and that is turned into the one that hwr reads.

    `content`: what `conversion.content_of` says of the result. `vouched_by`: who says that `sha256` is right.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    size: int = Field(gt=0)
    sha256: str = Field(pattern=SHA256)
    vouched_by: str
    content: str = Field(pattern=SHA256)


class OpenSet(BaseModel):
    """An open data set. `size` (bytes) and `sha256` are those of `file` as it lies on a mirror."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(pattern=r"^[a-z0-9-]+\.(npz|zip|jsonl\.gz)$")
    about: str
    makers: str
    licence: str
    page: str | None = None
    size: int = Field(gt=0)
    sha256: str = Field(pattern=SHA256)
    public: PublicFile | None = None

    @property
    def name(self) -> str:
        """What it is called: its file without the ending."""
        return self.file.partition(".")[0]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sets: tuple[OpenSet, ...]


@cache
def open_sets() -> Mapping[str, OpenSet]:
    """Return all open data sets by name."""
    text = files(__package__).joinpath("sets.toml").read_text("utf-8")
    return {each.name: each for each in _Table.model_validate(tomllib.loads(text)).sets}


def find_open_set(name: str) -> OpenSet:
    """Return the set of this name. Raises InvalidValue."""
    if name not in open_sets():
        raise InvalidValue(f"There is no open data set {name!r}; there are {', '.join(open_sets())}.")
    return open_sets()[name]
