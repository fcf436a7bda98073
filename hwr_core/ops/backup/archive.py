"""An untrusted archive -> files in a staging folder. Nothing is written under a name that was not checked."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from hwr_core.errors import InvalidValue, StoreUnavailable
from hwr_core.files import zip_damage_as
from hwr_core.ops.backup.manifest import MANIFEST, File, Manifest, parse

CHUNK = 1024 * 1024
LARGEST_MANIFEST = 512 * CHUNK
"""Enough for about three million files."""
LARGEST_RATIO, LOOSE = 200, 64 * CHUNK
"""Largest ratio of unpacked to packed size, checked beyond 64 MiB: an empty database compresses well."""
RESERVE = 256 * CHUNK
"""Bytes that have to stay free on the disk."""


@contextmanager
def opened(file: Path) -> Iterator[ZipFile]:
    """Open an archive. Raises InvalidValue for one that is damaged, StoreUnavailable for one that cannot be read."""
    try:
        with zip_damage_as("This is not a backup of hwr, or it is damaged."), ZipFile(file) as archive:
            yield archive
    except OSError as error:
        raise StoreUnavailable(f"The backup cannot be restored: {error.strerror}.") from error


def read_manifest(archive: ZipFile) -> Manifest:
    """Return the manifest of an archive that contains exactly what the manifest lists. Raises InvalidValue."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise InvalidValue("The backup contains two files of the same name.")
    if MANIFEST not in entries:
        raise InvalidValue("This is not a backup of hwr: it has no manifest.")
    manifest = parse(_content(archive, entries.pop(MANIFEST)))
    if entries.keys() != manifest.files.keys():
        raise InvalidValue("The files in the backup are not those that its manifest lists.")
    for name, entry in entries.items():
        _confirm_entry(entry, manifest.files[name])
    packed = sum(entry.compress_size for entry in entries.values())
    if manifest.bytes > max(LOOSE, LARGEST_RATIO * packed):
        raise InvalidValue(f"The backup unpacks to {manifest.bytes:,} bytes, far more than plausible for its size.")
    return manifest


def unpack(archive: ZipFile, manifest: Manifest, name: str, target: Path) -> None:
    """Write one file durably and check its size and hash. Raises InvalidValue."""
    expected = manifest.files[name]
    target.parent.mkdir(parents=True, exist_ok=True)
    size, digest = 0, sha256()
    with archive.open(name) as packed, target.open("xb") as stream:
        while chunk := packed.read(CHUNK):
            size += len(chunk)
            if size > expected.bytes:
                break
            stream.write(chunk)
            digest.update(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if size != expected.bytes or digest.hexdigest() != expected.sha256:
        raise InvalidValue(f"The backup is damaged: {name[:200]!r} does not match its manifest.")


def confirm_room(folder: Path, size: int) -> None:
    """Raise StoreUnavailable for a size that does not fit on the disk of a folder."""
    free = shutil.disk_usage(folder).free
    if size + RESERVE > free:
        raise StoreUnavailable(
            f"The backup needs {size / 1e6:,.0f} MB plus a reserve of {RESERVE / 1e6:,.0f} MB; "
            f"the disk has {free / 1e6:,.0f} MB free."
        )


def _confirm_entry(entry: ZipInfo, expected: File) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir():
        raise InvalidValue(f"The backup contains an entry that is not a regular file: {entry.filename[:100]!r}.")
    if entry.flag_bits & 0x1:
        raise InvalidValue("The backup is encrypted.")
    if entry.file_size != expected.bytes:
        raise InvalidValue(f"The backup is damaged: the size of {entry.filename[:200]!r} does not match its manifest.")


def _content(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(LARGEST_MANIFEST + 1)
    if len(content) > LARGEST_MANIFEST:
        raise InvalidValue("The manifest of the backup is too large.")
    return content
