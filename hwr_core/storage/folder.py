"""A folder as a storage: this machine's disk, or one that several machines have mounted."""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from hwr_core.files import remove_unfinished, write_whole
from hwr_core.storage.storage import Stored


class Folder:
    """The files below a folder, which is made with the first of them. What begins with a dot is none of them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, files: Mapping[str, bytes]) -> None:
        """Store files; one that is there with the same content is not written again."""
        for name, content in files.items():
            file = self._path / name
            if not _has(file, content):
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, content)

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises FileNotFoundError."""
        return (self._path / name).read_bytes()

    def remove(self, names: Collection[str]) -> None:
        """Remove files; they may have been removed by hand."""
        for name in names:
            (self._path / name).unlink(missing_ok=True)

    def files(self, under: str = "") -> Iterator[Stored]:
        """Yield all files below a name."""
        for folder, folders, names in os.walk(self._path / under):
            folders[:] = [each for each in folders if not each.startswith(".")]
            for name in names:
                file = Path(folder, name)
                with suppress(FileNotFoundError):  # it was removed since it was listed
                    if not name.startswith("."):
                        yield Stored(file.relative_to(self._path).as_posix(), file.stat().st_size)

    def address(self, name: str) -> str:
        """Return the path of a file."""
        return str(self._path / name)

    def tidy(self) -> None:
        """Remove files that killed processes have left half-written."""
        for folder, _, _ in os.walk(self._path):
            remove_unfinished(Path(folder))


def _has(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except FileNotFoundError:
        return False
