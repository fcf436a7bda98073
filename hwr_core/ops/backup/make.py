"""hwr backup: one archive of everything that cannot be made again, taken while a server is running.

The database is closed only for as long as it takes to copy it. Image files are never changed, only added and removed: a
hard link to each, made before and while the database is closed, keeps those that the copy refers to.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from hwr_core import __version__
from hwr_core.datasets import custom
from hwr_core.db.copies import SCHEMA, Contents, copy_file, migrate_and_count
from hwr_core.db.engines import refuse_server
from hwr_core.db.file_store import FileStore
from hwr_core.errors import HwrError, InvalidValue, StoreUnavailable
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.files import locked, remove_dead, work_folder
from hwr_core.ops.backup.manifest import (
    CUSTOM,
    DATABASE,
    MANIFEST,
    MODELS,
    POINTERS,
    UPLOADS,
    Counts,
    File,
    Manifest,
    is_allowed,
)
from hwr_core.records.uploads import Uploads, place_of
from hwr_core.registry.pointers import LOCK
from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings

CHUNK = 1024 * 1024


def back_up(settings: Settings, target: Path) -> Manifest:
    """Write an archive of a data folder and its model versions; the file appears only when it is complete.

    Raises:
        StoreError: the history cannot be copied at present.
        InvalidValue: the archive cannot be written there, or the history is in PostgreSQL.
    """
    refuse_server(settings, "`hwr backup`", "Save it with `pg_dump`, and copy the data and models folders beside it.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        remove_dead(settings.unfinished)
        with work_folder(settings.unfinished, "backup") as aside:
            contents = _stage(settings, aside)
            return _write(settings, aside, contents, target)
    except OSError as error:
        raise StoreUnavailable(f"The backup cannot be made: {error.strerror}.") from error


def _stage(settings: Settings, aside: Path) -> Contents:
    """Put a copy of the database, and a link to each image file that it refers to, into a staging folder."""
    staged = aside / UPLOADS
    _link_new(settings, staged)  # most of the work, before the database is closed
    store = FileStore(settings.database, busy_timeout=settings.store_busy_timeout, idle_release=0)
    try:
        with store.resting() as database:
            copy_file(database, aside / DATABASE)
            _link_new(settings, staged)
    finally:
        store.close()
    return migrate_and_count(aside / DATABASE)


def _link_new(settings: Settings, staged: Path) -> None:
    """Link each image file that is not linked yet; copy it where the file system has no hard links.

    Those in object storage are left there: a bucket keeps its own copies, and may hold more than this disk.
    """
    if settings.storage_url is not None:
        return
    for name in set(Uploads.in_folder(settings.uploads).names()) - set(Uploads.in_folder(staged).names()):
        source, target = settings.uploads / place_of(name), staged / place_of(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileNotFoundError:  # its prediction has just been erased
            continue
        except OSError:
            shutil.copyfile(source, target)


def _write(settings: Settings, aside: Path, contents: Contents, target: Path) -> Manifest:
    # One name for each target: what a killed backup leaves there is written over by the next one.
    unfinished = target.absolute().with_name(f".{target.name}.unfinished")
    try:
        # Readable only by its owner: it contains personal data.
        handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise InvalidValue(f"The file {str(target)!r} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            with ZipFile(stream, "w") as archive:
                manifest = _fill(archive, settings, aside, contents)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _fill(archive: ZipFile, settings: Settings, aside: Path, contents: Contents) -> Manifest:
    uploads = sorted(contents.uploads & set(Uploads.in_folder(aside / UPLOADS).names()))
    images = custom.files(settings.custom_dataset)
    files = {DATABASE: _add(archive, DATABASE, aside / DATABASE, ZIP_DEFLATED)}
    for name in uploads:
        place = f"{UPLOADS}/{place_of(name)}"
        files[place] = _add(archive, place, aside / place)
    for image in images:
        name = f"{CUSTOM}/{image.path.relative_to(settings.custom_dataset).as_posix()}"
        files[name] = _add(archive, name, image.path)
    registry = open_registry(settings)
    for name, content in _model_files(registry):
        files[name] = _add(archive, name, content, ZIP_DEFLATED)
    manifest = Manifest(
        hwr=__version__,
        made_at=datetime.now(UTC),
        db_schema=SCHEMA,
        storage=settings.storage_url,
        counts=Counts(
            users=contents.users,
            predictions=contents.predictions,
            feedback=contents.feedback,
            jobs=contents.jobs,
            numbers=contents.numbers,
            uploads=len(uploads),
            missing=len(contents.uploads) - len(uploads),
            images=len(images),
            versions=len(
                {name.split("/")[1] for name in files if name.startswith(f"{MODELS}/") and name.count("/") > 1}
            ),
        ),
        files=files,
    )
    archive.writestr(MANIFEST, manifest.model_dump_json(indent=1), ZIP_DEFLATED)
    return manifest


def _model_files(registry: Registry) -> Iterator[tuple[str, Path | bytes]]:
    """The aliases and the promotion log as of one moment, then all versions: those that they name exist by then."""
    if not registry.folder.is_dir():
        return
    with _without_promotions(registry):
        pointers = [
            (name, (registry.folder / name).read_bytes()) for name in POINTERS if (registry.folder / name).exists()
        ]
    yield from ((f"{MODELS}/{name}", content) for name, content in pointers)
    for name in registry.names():
        with suppress(HwrError):  # a damaged version is in the archive as it is
            registry.get(name)  # which copies one that others have published
        folder = registry.folder / name
        for file in sorted(folder.rglob("*")):
            inside = file.relative_to(folder)
            if file.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield f"{MODELS}/{name}/{inside.as_posix()}", file


@contextmanager
def _without_promotions(registry: Registry) -> Iterator[None]:
    """Hold the promotion lock; in a read-only folder, where it cannot be taken, there are no promotions."""
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(locked(registry.folder / LOCK))
        yield


def _add(archive: ZipFile, name: str, content: Path | bytes, compression: int = ZIP_STORED) -> File:
    """Add a file and hash what was written; images are compressed already and are stored as they are."""
    if not is_allowed(name):
        raise InvalidValue(f"The name of the file {name[:200]!r} is not allowed in a backup. Rename it.")
    entry = ZipInfo(name)
    entry.compress_type = compression
    entry.external_attr = 0o600 << 16
    size, digest = 0, sha256()
    stream = BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with stream, archive.open(entry, "w", force_zip64=True) as packed:
        while chunk := stream.read(CHUNK):
            packed.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return File(bytes=size, sha256=digest.hexdigest())
