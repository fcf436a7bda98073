"""The uploaded image files: each content stored once, under the name of its SHA-256."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Self

from hwr_core.db.cursor import Cursor
from hwr_core.db.errors import unavailable
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, NotFound, StorageUnavailable
from hwr_core.settings import Settings
from hwr_core.storage.folder import Folder
from hwr_core.storage.places import UPLOADS, shared_storage
from hwr_core.storage.storage import Storage, Stored

MOST_REMOVED = 1000
"""Files that are removed under one writing lock: others write between two of them."""

OWNER = "owner"
"""The file beside the images of a storage that says whose they are: else two histories would prune each other's."""

PROBE = "probe"
"""The file by which is tried whether images can be stored again."""

_LEFT = "The history does not refer to these image files any more; `hwr prune` removes them."
_PLACE = re.compile(r"(?P<first>[0-9a-f]{2})/(?P<name>(?P=first)[0-9a-f]{62})")


@dataclass(frozen=True, slots=True)
class Upload:
    """An image file: its content, and its name, which is the SHA-256 of the content in hex."""

    name: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Return the upload of a content."""
        return cls(sha256(content).hexdigest(), content)


def place_of(name: str) -> str:
    """Return where an image of this name lies in a storage."""
    return f"{name[:2]}/{name}"


class Uploads:
    """The image files of a storage.

    Files are added and removed under the store's writing lock, so that neither undoes what the other relies on.
    """

    def __init__(self, storage: Storage, *, others_may_use: bool = False) -> None:
        self._storage = storage
        self._to_confirm = others_may_use
        self._failed = False

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the image files of a folder."""
        return cls(Folder(folder))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the image files of the settings: below HWR_STORAGE_URL, or in the data folder.

        Raises InvalidValue, NotInstalled and StorageUnavailable.
        """
        shared = shared_storage(settings, UPLOADS)
        return cls(shared or Folder(settings.uploads), others_may_use=shared is not None)

    def confirm_owner(self, cursor: Cursor) -> None:
        """Refuse a storage that has the images of another history, and take one that nobody has.

        To be called before images are stored or removed; asks the storage once. Raises Conflict, StorageUnavailable.
        """
        if not self._to_confirm:
            return
        [(began,)] = cursor.execute("select created_at from users where id = 1").fetchall()  # there from the start
        ours = f"The images of the history that began at {began.astimezone(UTC).isoformat()}.\n".encode()
        with self._failures("The folder of image files cannot be written."):
            try:
                found = self._storage.read(OWNER)
            except FileNotFoundError:
                self._storage.write({OWNER: ours})
                found = self._storage.read(OWNER)  # another may have been faster
        if found != ours:
            raise Conflict(
                "The storage has the image files of another history; each needs a prefix of its own (HWR_STORAGE_URL). "
                "If that history is no longer used, remove the file uploads/owner there."
            )
        self._to_confirm = False

    def add(self, upload: Upload) -> None:
        """Store an image for good, unless it is there already, undamaged. Raises StoreUnavailable."""
        self.add_all([upload])

    def add_all(self, uploads: Sequence[Upload]) -> None:
        """Store several images as `add` does, beside each other where that is quicker. Raises StoreUnavailable."""
        if not uploads:
            return
        with self._failures("The image file cannot be written to the data folder."):
            self._storage.write({place_of(each.name): each.content for each in uploads})

    def get(self, name: str) -> bytes:
        """Return an image after checking its content against its name. Raises NotFound."""
        with self._failures("The image file of this prediction cannot be read."):
            try:
                image = self._storage.read(place_of(name))
            except FileNotFoundError as error:
                raise NotFound("The image file of this prediction no longer exists.") from error
        if Upload.of(image).name != name:
            raise NotFound("The image file of this prediction is damaged.")
        return image

    def remove_unused(self, store: Store, names: Collection[str]) -> None:
        """Remove those of the named images that nothing refers to. Raises StoreError."""
        wanted = sorted(set(names))
        for start in range(0, len(wanted), MOST_REMOVED):
            some = wanted[start : start + MOST_REMOVED]
            with store.writing() as cursor:
                self.confirm_owner(cursor)
                used = cursor.execute(
                    "select upload from used_uploads where upload in (select unnest($1::text[]))", [some]
                ).fetchall()
                self._remove(set(some) - {name for (name,) in used})

    def remove_unfinished(self) -> None:
        """Remove files that a killed process left unfinished."""
        self._storage.tidy()

    def stored(self) -> Iterator[Stored]:
        """Yield the name and size of every stored image. What is not named as an image is passed over."""
        for file in self._storage.files():
            if found := _PLACE.fullmatch(file.name):
                yield Stored(found["name"], file.size)

    def names(self) -> Iterator[str]:
        """Yield the name of every stored image."""
        return (image.name for image in self.stored())

    def address(self, name: str) -> str:
        """Return the path or the URL of an image, whether or not it is there."""
        return self._storage.address(place_of(name))

    def problem(self) -> str | None:
        """Return why images cannot be stored or read where the last try failed and still would; None where all is well.

        As long as nothing has failed, nothing is asked: each question to an object store is paid for.
        """
        if not self._failed:
            return None
        try:
            with self._failures("Image files cannot be stored."):
                self._storage.write({PROBE: b"hwr"})
                self._storage.remove([PROBE])
        except StorageUnavailable as error:
            return str(error)
        self._failed = False
        return None

    def _remove(self, names: Collection[str]) -> None:
        try:
            with self._failures("An image file cannot be removed from the data folder."):
                self._storage.remove([place_of(name) for name in names])
        except StorageUnavailable as error:
            raise StorageUnavailable(f"{error} {_LEFT}") from error

    @contextmanager
    def _failures(self, otherwise: str) -> Iterator[None]:
        """Say in words what a disk reports, and remember whether the object storage has failed."""
        try:
            yield
        except OSError as error:
            raise unavailable(error, otherwise=otherwise) from error
        except StorageUnavailable:
            self._failed = True
            raise
