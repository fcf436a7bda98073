"""An archive that is not trusted -> files in a folder aside. Nothing is written under a name that was not checked."""

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
"""About three million files."""
LARGEST_RATIO, LOOSE = 200, 64 * CHUNK
"""How many times its own size an archive may unpack to, beyond the first 64 MiB: an empty database packs well."""
RESERVE = 256 * CHUNK
"""What has to stay free on the disk."""


@contextmanager
def opened(file: Path) -> Iterator[ZipFile]:
    """Open an archive; what is wrong with it is said in words. Raises InvalidValue and StoreUnavailable."""
    try:
        with zip_damage_as("This is no backup of hwr, or it is damaged."), ZipFile(file) as archive:
            yield archive
    except OSError as error:
        raise StoreUnavailable(f"The backup cannot be restored: {error.strerror}.") from error


def read_manifest(archive: ZipFile) -> Manifest:
    """Return the list of what an archive holds, once the archive holds exactly that. Raises InvalidValue."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) != len(archive.infolist()):
        raise InvalidValue("The backup holds two files of one name.")
    if MANIFEST not in entries:
        raise InvalidValue("This is no backup of hwr: it has no list of contents.")
    manifest = parse(_content(archive, entries.pop(MANIFEST)))
    if entries.keys() != manifest.files.keys():
        raise InvalidValue("The backup does not hold the files that its list of contents names, or holds others too.")
    for name, entry in entries.items():
        _confirm_entry(entry, manifest.files[name])
    packed = sum(entry.compress_size for entry in entries.values())
    if manifest.bytes > max(LOOSE, LARGEST_RATIO * packed):
        raise InvalidValue(f"The backup unpacks to {manifest.bytes:,} bytes, far more than is likely for its size.")
    return manifest


def unpack(archive: ZipFile, manifest: Manifest, name: str, target: Path) -> None:
    """Write one file, durably, while its size and hash are checked. Raises InvalidValue."""
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
        raise InvalidValue(f"The backup is damaged: {name[:200]!r} is not what its list of contents says.")


def confirm_room(folder: Path, size: int) -> None:
    """Refuse what does not fit on the disk of a folder. Raises StoreUnavailable."""
    free = shutil.disk_usage(folder).free
    if size + RESERVE > free:
        raise StoreUnavailable(
            f"The backup needs {size / 1e6:,.0f} MB and {RESERVE / 1e6:,.0f} MB to spare; "
            f"the disk has {free / 1e6:,.0f} MB."
        )


def _confirm_entry(entry: ZipInfo, expected: File) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir():
        raise InvalidValue(f"The backup has an entry that is no plain file: {entry.filename[:100]!r}.")
    if entry.flag_bits & 0x1:
        raise InvalidValue("The backup is encrypted.")
    if entry.file_size != expected.bytes:
        raise InvalidValue(
            f"The backup is damaged: {entry.filename[:200]!r} is not as large as its list of contents says."
        )


def _content(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(LARGEST_MANIFEST + 1)
    if len(content) > LARGEST_MANIFEST:
        raise InvalidValue("The backup's list of contents is too long.")
    return content
