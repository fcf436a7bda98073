"""A ZIP of labelled pictures -> files in the folder of one's own pictures. Nothing in an archive is believed.

Its entries are read one by one within limits, judged by decoding them, and written under names of our own: the hash of
their content. An archive that is refused leaves nothing behind.
"""

import os
import shutil
import stat
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from hwr_core.datasets.custom import LABEL_OF_FOLDER, files
from hwr_core.errors import HwrError, InvalidValue, PictureError, PictureTooLarge, StoreUnavailable
from hwr_core.images.decode import Limits, decode, media_type

END = b"PK\x05\x06"
END_SIZE = 22
LONGEST_COMMENT = 65_535
ENTRY_BYTES = 512
"""What an entry takes in an archive's table of contents, with a long name; a plain one takes about 80."""

DAMAGE = (
    BadZipFile,
    EOFError,
    IndexError,
    LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Python's zipfile raises for archives with single bytes changed: it checks few of the numbers in them."""

MOST_NAMED = 20
"""Refused entries that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an archive: pictures added by label, those there already, and those refused, with why."""

    added: dict[str, int]
    known: int
    refused: int
    reasons: tuple[str, ...]

    @property
    def total(self) -> int:
        """Pictures added."""
        return sum(self.added.values())


@dataclass(frozen=True, slots=True)
class _Entry:
    info: ZipInfo
    label: str
    writer: str | None


def import_zip(archive: BinaryIO, folder: Path, limits: Limits, *, max_files: int, max_bytes: int) -> Imported:
    """Add the pictures of a ZIP to a folder of labelled pictures.

    A picture's label is the innermost folder on its way that is named 0 to 9 or none; a folder within that one names
    the writer. Entries beyond any such folder, and files that are no pictures, are refused one by one.

    Args:
        archive: the ZIP file, open for reading.
        folder: where labelled pictures lie; a picture with the same content is not added again.
        limits: on each picture.
        max_files: the most entries the archive may have.
        max_bytes: the most bytes its pictures may have together, unpacked.

    Raises:
        InvalidValue: it is no ZIP, is too large, is encrypted, or has an entry that leads out of it.
        StoreUnavailable: the pictures cannot be written.
    """
    _confirm_size(archive, max_files)
    try:
        with ZipFile(archive) as opened:
            entries = [info for info in opened.infolist() if not info.is_dir()]
            _confirm_entries(entries, max_files, max_bytes)
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".importing-", dir=folder.parent) as aside:
                return _unpack(opened, entries, Path(aside), folder, limits, max_bytes)
    except HwrError:
        raise
    except DAMAGE as error:
        raise InvalidValue("This is no ZIP archive, or it is damaged.") from error
    except OSError as error:
        raise StoreUnavailable(f"The pictures cannot be added: {error.strerror}.") from error


def _confirm_size(archive: BinaryIO, max_files: int) -> None:
    """Refuse a table of contents too long to be read: that alone would take gigabytes for millions of entries."""
    size = archive.seek(0, os.SEEK_END)
    archive.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = archive.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_SIZE:
        raise InvalidValue("This is no ZIP archive, or it is damaged.")
    entries, contents = struct.unpack_from("<HI", tail, place + 10)
    if contents > max_files * ENTRY_BYTES or entries > max_files:
        raise InvalidValue(f"The archive has too many entries; at most {max_files:,} are allowed.")


def _confirm_entries(entries: list[ZipInfo], max_files: int, max_bytes: int) -> None:
    if len(entries) > max_files:
        raise InvalidValue(f"The archive has {len(entries):,} files; at most {max_files:,} are allowed.")
    if sum(info.file_size for info in entries) > max_bytes:
        raise InvalidValue(f"The archive unpacks to more than {max_bytes:,} bytes, which is the most allowed.")
    for info in entries:
        path = PurePosixPath(info.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in info.filename:
            raise InvalidValue(f"The archive has an entry that leads out of it, {info.filename[:100]!r}.")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InvalidValue(f"The archive has an entry that is a link, {info.filename[:100]!r}.")
        if info.flag_bits & 0x1:
            raise InvalidValue("The archive is encrypted; unpack it and pack it again without a password.")


def _unpack(  # noqa: PLR0913, PLR0917  what `import_zip` was given, and the archive
    opened: ZipFile, entries: list[ZipInfo], aside: Path, folder: Path, limits: Limits, max_bytes: int
) -> Imported:
    known = {_stem(file.path): file.path.relative_to(folder).parts[0] for file in files(folder)}
    added: dict[str, int] = {}
    reasons: list[str] = []
    repeated, unpacked = 0, 0
    for entry, content in _contents(opened, entries, limits, reasons):
        unpacked += len(content)
        if unpacked > max_bytes:
            raise InvalidValue(f"The archive unpacks to more than {max_bytes:,} bytes, which is the most allowed.")
        name = sha256(content).hexdigest()[:32]
        if name in known:
            repeated += known[name] == entry.label
            if known[name] != entry.label:
                reasons.append(f"{_shown(entry.info)}: it is there already, labelled {known[name]}.")
            continue
        known[name] = entry.label
        target = aside / entry.label / (entry.writer or "")
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{name}.{media_type(content).rpartition('/')[2]}").write_bytes(content)
        added[entry.label] = added.get(entry.label, 0) + 1
    _move(aside, folder)
    return Imported(dict(sorted(added.items())), repeated, len(reasons), tuple(reasons[:MOST_NAMED]))


def _contents(
    opened: ZipFile, entries: list[ZipInfo], limits: Limits, reasons: list[str]
) -> Iterator[tuple[_Entry, bytes]]:
    """Yield the entries that are pictures with a label, and add to the reasons why the others are not."""
    for info in entries:
        entry = _labelled(info)
        if entry is None:
            reasons.append(f"{_shown(info)}: it lies in no folder named 0 to 9 or none.")
            continue
        try:
            content = _read(opened, info, limits)
            decode(content, limits)
        except PictureError as error:
            reasons.append(f"{_shown(info)}: {error}")
            continue
        yield entry, content


def _read(opened: ZipFile, info: ZipInfo, limits: Limits) -> bytes:
    """Return an entry's content, one byte more than allowed at most: its header may lie about its size."""
    with opened.open(info) as stream:
        content = stream.read(limits.max_bytes + 1)
    if len(content) > limits.max_bytes:
        raise PictureTooLarge(f"It has more than {limits.max_bytes:,} bytes, which is the most allowed.")
    return content


def _labelled(info: ZipInfo) -> _Entry | None:
    *folders, name = PurePosixPath(info.filename.replace("\\", "/")).parts
    places = [place for place, folder in enumerate(folders) if folder in LABEL_OF_FOLDER]
    if not places or name.startswith(".") or "__MACOSX" in folders:
        return None
    inside = folders[places[-1] + 1 :]
    # A name of ours: what stands in an archive never becomes a path.
    writer = sha256(inside[0].encode(errors="replace")).hexdigest()[:12] if inside else None
    return _Entry(info, folders[places[-1]], writer)


def _move(aside: Path, folder: Path) -> None:
    for file in aside.rglob("*.*"):
        target = folder / file.relative_to(aside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)


def _stem(path: Path) -> str:
    """The hash that names a file we wrote, or the hash of one that somebody put there."""
    is_ours = len(path.stem) == 32 and set(path.stem) <= set("0123456789abcdef")
    return path.stem if is_ours else sha256(path.read_bytes()).hexdigest()[:32]


def _shown(info: ZipInfo) -> str:
    return info.filename.encode(errors="backslashreplace").decode()[-80:]
