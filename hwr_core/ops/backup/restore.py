"""hwr restore: an archive is checked, unpacked into a staging folder, and swapped in as a whole.

What was there before is moved aside, not deleted. If a restore is killed, either nothing has changed or
`hwr restore --finish` completes it.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from hwr_core.app.server_lock import SoleServer
from hwr_core.db.copies import SCHEMA, exclusive_access, migrate_and_count
from hwr_core.db.engines import refuse_server
from hwr_core.errors import Conflict, InvalidValue
from hwr_core.ops.backup.archive import confirm_room, opened, read_manifest, unpack
from hwr_core.ops.backup.manifest import CUSTOM, DATABASE, MODELS, UPLOADS, Manifest
from hwr_core.ops.backup.swap import Exchange, Swap, begin, finish, unfinished
from hwr_core.records.uploads import Uploads
from hwr_core.registry.pointers import CHALLENGER, CHAMPION
from hwr_core.settings import Settings

JOBS = "jobs"
OWN = (DATABASE, f"{DATABASE}.wal", UPLOADS, CUSTOM, JOBS)
"""What is replaced in a data folder. Jobs are replaced too: their ids would mean other jobs in the other history."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, the migrations applied to it, and the folders of the files that were there before."""

    manifest: Manifest
    brought_forward: tuple[str, ...]
    replaced: tuple[Path, ...]


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Restored:
    """Replace a data folder by an archive, and add its versions and aliases to the model versions.

    Args:
        settings: whose folders.
        file: the archive; nothing in it is trusted before it is checked.
        replace: whether a data folder that is not empty may be replaced.

    Raises:
        InvalidValue: the history is in PostgreSQL; or it is not a backup, is damaged, or was made by a newer hwr.
        Conflict: the data folder is not empty, a server uses it, or an earlier restore was interrupted.
        StoreError: the folder cannot be written, or another process has the history open.
    """
    refuse_server(settings, "`hwr restore`", "Use `pg_restore`, and copy image files and models back.")
    with opened(file) as archive:
        manifest = read_manifest(archive)
        _confirm_schema(manifest)
        _confirm_folder(settings, replace=replace)
        server = SoleServer(settings)
        server.take(patience=0)
        try:
            return _put_in_place(settings, archive, manifest)
        finally:
            server.leave()


def finish_restore(settings: Settings) -> bool:
    """Complete an interrupted restore; return False where there is none. Raises StoreBusy."""
    swap = unfinished(settings)
    if swap is None:
        return False
    with exclusive_access(settings.database):
        finish(settings, swap)
    return True


def _put_in_place(settings: Settings, archive: ZipFile, manifest: Manifest) -> Restored:
    swap = _planned(settings, manifest)
    folders = settings.data_dir, settings.models_dir
    try:
        for folder, size in zip(folders, _sizes(manifest), strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            confirm_room(folder, size)
            swap.staging(folder).mkdir()
        _unpack_to_staging(settings, archive, manifest, swap)
        _confirm_contents(swap.staging(settings.data_dir), manifest)
        with exclusive_access(settings.database):
            begin(settings, swap)
            finish(settings, swap)
    except BaseException:
        if unfinished(settings) is None:
            for folder in folders:
                shutil.rmtree(swap.staging(folder), ignore_errors=True)
        raise
    replaced = tuple(swap.replaced(folder) for folder in folders if swap.replaced(folder).exists())
    return Restored(manifest, tuple(name for name in SCHEMA if name not in manifest.db_schema), replaced)


def _planned(settings: Settings, manifest: Manifest) -> Swap:
    """The swap to make; of the model versions only those that differ from the archive or are missing."""
    first_parts = {PurePosixPath(name).parts[0] for name in manifest.files}
    put = [JOBS, *(name for name in OWN if name in first_parts)]
    versions: dict[str, list[str]] = {}
    for name in manifest.files:
        if name.startswith(f"{MODELS}/"):
            versions.setdefault(PurePosixPath(name).parts[1], []).append(name)
    new = [name for name, files in versions.items() if not _are_unchanged(settings.models_dir, manifest, files)]
    gone = [CHALLENGER] if CHAMPION in versions and CHALLENGER not in versions else []
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"  # with microseconds: two restores may follow within a second
    return Swap(stamp, Exchange(put, [name for name in OWN if name not in put]), Exchange(new, gone))


def _are_unchanged(models_dir: Path, manifest: Manifest, files: list[str]) -> bool:
    return all(_hash(models_dir / _inside(name)) == manifest.files[name].sha256 for name in files)


def _hash(file: Path) -> str | None:
    try:
        with file.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    except OSError:
        return None


def _inside(name: str) -> PurePosixPath:
    """The path of a model file within the models folder."""
    return PurePosixPath(name).relative_to(MODELS)


def _sizes(manifest: Manifest) -> tuple[int, int]:
    """Bytes for the data folder, and for the models folder."""
    models = sum(file.bytes for name, file in manifest.files.items() if name.startswith(f"{MODELS}/"))
    return manifest.bytes - models, models


def _unpack_to_staging(settings: Settings, archive: ZipFile, manifest: Manifest, swap: Swap) -> None:
    data, models = swap.staging(settings.data_dir), swap.staging(settings.models_dir)
    (data / JOBS).mkdir()  # empty, so that no server looks for jobs that were running when the backup was made
    for name in manifest.files:
        if not name.startswith(f"{MODELS}/"):
            unpack(archive, manifest, name, data / name)
        elif _inside(name).parts[0] in swap.models.put:
            unpack(archive, manifest, name, models / _inside(name))


def _confirm_contents(data: Path, manifest: Manifest) -> None:
    """Refuse a database that does not match the manifest, or whose predictions lack image files."""
    found, counts = migrate_and_count(data / DATABASE), manifest.counts
    expected = (counts.users, counts.predictions, counts.feedback, counts.jobs, counts.numbers)
    if (found.users, found.predictions, found.feedback, found.jobs, found.numbers) != expected:
        raise InvalidValue("The database in the backup does not match the counts in its manifest.")
    stored = set(Uploads.in_folder(data / UPLOADS).names())
    if len(found.uploads - stored) != counts.missing or stored - found.uploads:
        raise InvalidValue("The image files in the backup are not those that its predictions refer to.")


def _confirm_schema(manifest: Manifest) -> None:
    if set(manifest.db_schema) - set(SCHEMA):
        raise InvalidValue(f"The backup was made by a newer hwr, {manifest.hwr[:40]}. Update hwr first.")


def _confirm_folder(settings: Settings, *, replace: bool) -> None:
    if unfinished(settings) is not None:
        raise Conflict("An earlier restore was interrupted. Run `hwr restore --finish` to complete it.")
    if not replace and any((settings.data_dir / name).exists() for name in OWN):
        raise Conflict(
            "The data folder is not empty. --replace replaces it; the present content is moved aside, not deleted."
        )
