"""ZIP archives from strangers -> the bytes of their files. Nothing in an archive is trusted.

Its table of contents is judged before it is read, and its entries before they are unpacked; they are unpacked one by
one, in memory, never more of one than an image may have, and under no path of theirs.
"""

import io
import os
import stat
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

from hwr_core.errors import InvalidValue
from hwr_core.files import zip_damage_as
from hwr_core.images.decode import READABLE, Limits
from hwr_core.images.types import OnProgress

BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""Of an archive with entries, and of an empty one."""
END = b"PK\x05\x06"
END_SIZE = 22
LONGEST_COMMENT = 65_535
ENTRY_BYTES = 512
"""What an entry takes in an archive's table of contents, with a long name; a plain one takes about 80."""

NO_ARCHIVE = "This is no ZIP archive, or it is damaged."


class Archive:
    """An open archive whose entries have been judged. `open_archive` makes one."""

    def __init__(self, opened: ZipFile, entries: Sequence[ZipInfo], limits: Limits, max_bytes: int) -> None:
        self.entries = entries
        self._opened = opened
        self._limits = limits
        self._max_bytes = max_bytes
        self._unpacked = 0

    def read(self, entry: ZipInfo) -> bytes:
        """Return an entry's content, one byte more than an image may have at most: its header may lie about its size.

        Raises:
            InvalidValue: the entries read so far have more bytes together than is allowed.
        """
        with self._opened.open(entry) as stream:
            content = stream.read(self._limits.max_bytes + 1)
        self._unpacked += len(content)
        if self._unpacked > self._max_bytes:
            raise _too_large(self._max_bytes)
        return content


@contextmanager
def open_archive(archive: BinaryIO, limits: Limits, *, max_files: int, max_bytes: int) -> Iterator[Archive]:
    """Open a ZIP archive; what is wrong with it, now or while it is read in the block, raises InvalidValue.

    Args:
        archive: the ZIP file, open for reading.
        limits: on each image.
        max_files: the most entries the archive may have.
        max_bytes: the most bytes its entries may have together, unpacked.

    Raises:
        InvalidValue: it is no ZIP, is too large, is encrypted, or has an entry that leads out of it.
    """
    _confirm_size(archive, max_files)
    with zip_damage_as(NO_ARCHIVE), ZipFile(archive) as opened:
        entries = [info for info in opened.infolist() if not info.is_dir()]
        _confirm_entries(entries, max_files, max_bytes)
        yield Archive(opened, entries, limits, max_bytes)


def is_archive(content: bytes) -> bool:
    """Tell a ZIP archive by how it begins."""
    return content.startswith(BEGINNINGS)


def files_of(
    archive: bytes,
    limits: Limits,
    *,
    max_files: int,
    max_bytes: int,
    on_progress: OnProgress = lambda _: None,
) -> list[tuple[str, bytes]]:
    """Return name and content of each file of a ZIP archive, without those that computers put there by themselves.

    A file larger than an image may be comes cut off one byte beyond that, so that it is refused when it is read.

    Raises: what `open_archive` raises, and InvalidValue where there are no such files.
    """
    with open_archive(io.BytesIO(archive), limits, max_files=max_files, max_bytes=max_bytes) as opened:
        entries = [entry for entry in opened.entries if not _is_hidden(entry)]
        if not entries:
            raise InvalidValue(f"The archive holds no images; {READABLE} are read, up to {max_files:,} in one ZIP.")
        files = []
        for entry in entries:
            files.append((shown_name(entry), opened.read(entry)))
            on_progress(len(files) / len(entries))
    return files


def parts_of(entry: ZipInfo) -> tuple[str, ...]:
    """The folders on the way to an entry, and its name."""
    return PurePosixPath(entry.filename.replace("\\", "/")).parts


def shown_name(entry: ZipInfo) -> str:
    """The end of an entry's name, fit to be shown."""
    return entry.filename.encode(errors="backslashreplace").decode()[-80:]


def _is_hidden(entry: ZipInfo) -> bool:
    parts = parts_of(entry)
    return parts[-1].startswith(".") or "__MACOSX" in parts or parts[-1] in ("Thumbs.db", "desktop.ini")


def _confirm_size(archive: BinaryIO, max_files: int) -> None:
    """Refuse a table of contents too long to be read: that alone would take gigabytes for millions of entries."""
    size = archive.seek(0, os.SEEK_END)
    archive.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = archive.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_SIZE:
        raise InvalidValue(NO_ARCHIVE)
    entries, contents = struct.unpack_from("<HI", tail, place + 10)
    if contents > max_files * ENTRY_BYTES or entries > max_files:
        raise InvalidValue(f"The archive has too many entries; at most {max_files:,} are allowed.")


def _confirm_entries(entries: list[ZipInfo], max_files: int, max_bytes: int) -> None:
    if len(entries) > max_files:
        raise InvalidValue(f"The archive has {len(entries):,} files; at most {max_files:,} are allowed.")
    if sum(info.file_size for info in entries) > max_bytes:
        raise _too_large(max_bytes)
    for info in entries:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in info.filename:
            raise InvalidValue(f"The archive has an entry that leads out of it, {info.filename[:100]!r}.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InvalidValue(f"The archive has an entry that is a link, {info.filename[:100]!r}.")
        if info.flag_bits & 0x1:
            raise InvalidValue("The archive is encrypted; unpack it and pack it again without a password.")


def _too_large(max_bytes: int) -> InvalidValue:
    return InvalidValue(f"The archive unpacks to more than {max_bytes:,} bytes, which is the most allowed.")
