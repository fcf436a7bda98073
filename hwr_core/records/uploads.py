"""The uploaded image files: each content stored once, under the name of its SHA-256."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from hwr_core.db.errors import unavailable
from hwr_core.db.store import Store
from hwr_core.errors import NotFound
from hwr_core.files import remove_unfinished, write_whole


@dataclass(frozen=True, slots=True)
class Upload:
    """An image file: its content, and its name, which is the SHA-256 of the content in hex."""

    name: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return the upload of a content."""
        return cls(sha256(content).hexdigest(), content)


class Uploads:
    """A folder of image files.

    Files are added and removed under the store's writing lock, so that neither undoes what the other relies on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, upload: Upload) -> None:
        """Store an image for good, unless it is there already, undamaged. Raises StoreUnavailable."""
        file = self.path(upload.name)
        try:
            if file.exists() and file.read_bytes() == upload.content:
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, upload.content)
        except OSError as error:
            raise unavailable(error, otherwise="The image file cannot be written to the data folder.") from error

    def get(self, name: str) -> bytes:
        """Return an image after checking its content against its name. Raises NotFound."""
        try:
            image = self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The image file of this prediction no longer exists.") from error
        except OSError as error:
            raise unavailable(error, otherwise="The image file of this prediction cannot be read.") from error
        if Upload.of(image).name != name:
            raise NotFound("The image file of this prediction is damaged.")
        return image

    def remove_unused(self, store: Store, names: Collection[str]) -> None:
        """Remove those of the named images that nothing refers to. Raises StoreError."""
        if not names:
            return
        with store.writing() as cursor:
            used = cursor.execute(
                "select upload from used_uploads where upload in (select unnest($1::text[]))", [list(names)]
            ).fetchall()
            for name in set(names) - {name for (name,) in used}:
                self._remove(name)

    def remove_unfinished(self) -> None:
        """Remove files that a killed process left unfinished."""
        for folder in (self._folder, *self._folder.glob("??")):
            remove_unfinished(folder)

    def names(self) -> Iterator[str]:
        """Yield the name of every stored image."""
        for file in self._folder.glob("??/[!.]*"):
            yield file.name

    def size(self, name: str) -> int:
        """Return the size of an image in bytes, 0 when it is not there."""
        file = self.path(name)
        return file.stat().st_size if file.exists() else 0

    def _remove(self, name: str) -> None:
        try:
            self.path(name).unlink(missing_ok=True)  # it may have been removed by hand
        except OSError as error:
            raise unavailable(error, otherwise="An image file cannot be removed from the data folder.") from error

    def path(self, name: str) -> Path:
        """Return the path of an image of this name, whether or not it is there."""
        return self._folder / name[:2] / name
