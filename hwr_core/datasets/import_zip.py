"""A ZIP of labelled images -> files in the folder of the user's own images. Nothing in an archive is trusted.

Its entries are read one by one within limits, judged by decoding them, and written under names of our own: the hash of
their content. An archive that is refused leaves nothing behind.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipInfo

from hwr_core.datasets.custom import LABEL_OF_FOLDER, files
from hwr_core.errors import ImageError, StoreUnavailable
from hwr_core.images.decode import Limits, decode, media_type
from hwr_core.images.zip_files import Archive, open_archive, parts_of, shown_name

MOST_NAMED = 20
"""Refused entries that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import: images added by label, those there already, and those refused, with the reasons."""

    added: dict[str, int]
    known: int
    refused: int
    reasons: tuple[str, ...]

    @property
    def total(self) -> int:
        """Images added."""
        return sum(self.added.values())


@dataclass(frozen=True, slots=True)
class _Entry:
    info: ZipInfo
    label: str
    writer: str | None


def import_zip(archive: BinaryIO, folder: Path, limits: Limits, *, max_files: int, max_bytes: int) -> Imported:
    """Add the images of a ZIP to a folder of labelled images.

    An image's label is the innermost folder on its way that is named 0 to 9 or none; a folder within that one names
    the writer. Entries beyond any such folder, and files that are no images, are refused one by one.

    Args:
        archive: the ZIP file, open for reading.
        folder: where labelled images lie; an image with the same content is not added again.
        limits: on each image.
        max_files: the most entries the archive may have.
        max_bytes: the most bytes its images may have together, unpacked.

    Raises:
        InvalidValue: it is no ZIP, is too large, is encrypted, or has an entry that leads out of it.
        StoreUnavailable: the images cannot be written.
    """
    try:
        with open_archive(archive, limits, max_files=max_files, max_bytes=max_bytes) as opened:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".importing-", dir=folder.parent) as aside:
                return _unpack(opened, Path(aside), folder, limits)
    except OSError as error:
        raise StoreUnavailable(f"The images cannot be added: {error.strerror}.") from error


def _unpack(opened: Archive, aside: Path, folder: Path, limits: Limits) -> Imported:
    known = {_stem(file.path): file.path.relative_to(folder).parts[0] for file in files(folder)}
    added: dict[str, int] = {}
    reasons: list[str] = []
    repeated = 0
    for entry, content in _contents(opened, limits, reasons):
        name = sha256(content).hexdigest()[:32]
        if name in known:
            repeated += known[name] == entry.label
            if known[name] != entry.label:
                reasons.append(f"{shown_name(entry.info)}: it is there already, labelled {known[name]}.")
            continue
        known[name] = entry.label
        target = aside / entry.label / (entry.writer or "")
        target.mkdir(parents=True, exist_ok=True)
        (target / f"{name}.{media_type(content).rpartition('/')[2]}").write_bytes(content)
        added[entry.label] = added.get(entry.label, 0) + 1
    _move(aside, folder)
    return Imported(dict(sorted(added.items())), repeated, len(reasons), tuple(reasons[:MOST_NAMED]))


def _contents(opened: Archive, limits: Limits, reasons: list[str]) -> Iterator[tuple[_Entry, bytes]]:
    """Yield the entries that are images with a label, and add to the reasons why the others are not."""
    for info in opened.entries:
        entry = _labelled(info)
        if entry is None:
            reasons.append(f"{shown_name(info)}: it lies in no folder named 0 to 9 or none.")
            continue
        content = opened.read(info)
        try:
            decode(content, limits)
        except ImageError as error:
            reasons.append(f"{shown_name(info)}: {error}")
            continue
        yield entry, content


def _labelled(info: ZipInfo) -> _Entry | None:
    *folders, name = parts_of(info)
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
