"""The picture files as people sent them: each content kept once, named by its SHA-256."""

import os
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from hwr_core.db.errors import unavailable
from hwr_core.db.store import Store
from hwr_core.errors import NotFound

UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True)
class Original:
    """A picture file: its content, and the name it is kept under, which is the content's SHA-256 in hex."""

    name: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Name a content."""
        return cls(sha256(content).hexdigest(), content)


class Originals:
    """A folder of picture files.

    Adding and removing go on under the store's writing lock, so that neither undoes what the other relies on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, original: Original) -> None:
        """Keep a picture, unless it is there already. Raises StoreUnavailable."""
        file = self.path(original.name)
        try:
            if file.exists():
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(prefix=UNFINISHED, dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(original.content)
                Path(aside).replace(file)
            except BaseException:
                Path(aside).unlink()
                raise
        except OSError as error:
            raise unavailable(error, otherwise="The picture file cannot be kept in the data folder.") from error

    def get(self, name: str) -> bytes:
        """Return a picture, its content checked against its name. Raises NotFound."""
        try:
            picture = self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The picture file of this reading is no longer there.") from error
        except OSError as error:
            raise unavailable(error, otherwise="The picture file cannot be opened.") from error
        if Original.of(picture).name != name:
            raise NotFound("The picture file of this reading is damaged.")
        return picture

    def remove_unused(self, store: Store, names: Collection[str]) -> None:
        """Remove those of these pictures that no reading refers to. Raises StoreError."""
        if not names:
            return
        with store.writing() as cursor:
            used = cursor.execute(
                "select distinct original from readings where original in (select unnest($1::text[]))", [list(names)]
            ).fetchall()
            for name in set(names) - {name for (name,) in used}:
                self._remove(name)

    def remove_unfinished(self) -> None:
        """Remove what a process that was killed left half-written; to be called by the one writer."""
        for file in self._folder.glob(f"{UNFINISHED}*"):
            file.unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Yield the hash of every picture that is kept."""
        for file in self._folder.glob("??/*"):
            yield file.name

    def size(self, name: str) -> int:
        """Return the bytes a picture takes, 0 when it is not there."""
        file = self.path(name)
        return file.stat().st_size if file.exists() else 0

    def _remove(self, name: str) -> None:
        try:
            self.path(name).unlink(missing_ok=True)  # somebody may have tidied up by hand: it is gone, as asked
        except OSError as error:
            raise unavailable(error, otherwise="A picture file cannot be removed from the data folder.") from error

    def path(self, name: str) -> Path:
        """Return where a picture of this name lies, or would lie."""
        return self._folder / name[:2] / name
