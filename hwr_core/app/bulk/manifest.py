"""What a bulk reading is to do, written once: whoever reads a part of it, or goes on with it, does the same."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from hwr_core.errors import InvalidValue

FILE = "_manifest.json"
"""With an underscore, by which readers of a folder of Parquet files pass it over."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The images by name, how many make a shard, and how they are read."""

    source: str
    numbers: bool
    script: str
    enhancement_level: float
    model_version: str
    shard_size: int
    names: list[str]

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-len(self.names) // self.shard_size)

    def start(self, shard: int) -> int:
        """The place of a shard's first image."""
        return shard * self.shard_size

    def names_in(self, shard: int) -> list[str]:
        """The names of a shard's images."""
        return self.names[self.start(shard) : self.start(shard + 1)]

    def shards_of(self, part: int, parts: int) -> range:
        """The shards that one of several parts reads."""
        return range(part, self.shards, parts)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder of results; None where there is none. Raises InvalidValue for a damaged one."""
    try:
        return Manifest(**json.loads((folder / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise InvalidValue(f"The file {FILE} in the folder of results is damaged. Choose another folder.") from error


def agree(folder: Path, manifest: Manifest) -> Manifest:
    """Write a manifest, unless another part has written one meanwhile; return the one that holds."""
    handle, aside = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(manifest), stream, ensure_ascii=True)
            stream.flush()
            os.fsync(stream.fileno())
        Path(aside).chmod(0o644)
        try:
            os.link(aside, folder / FILE)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            Path(aside).replace(folder / FILE)
    finally:
        Path(aside).unlink(missing_ok=True)
    found = read_manifest(folder)
    assert found is not None  # it has just been written
    return found


def confirm_same(found: Manifest, asked: Manifest) -> None:
    """Refuse a folder whose results are of another reading. Raises InvalidValue."""
    for name in ("source", "numbers", "script", "enhancement_level", "model_version", "shard_size"):
        there, wanted = getattr(found, name), getattr(asked, name)
        if there != wanted:
            raise InvalidValue(
                f"The folder holds results with {name} {there!r}; now it is {wanted!r}. Choose another folder."
            )
