"""hwr migrate-storage: image files from the data folder into a storage, from there back, or between two storages."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hwr_core.errors import InvalidValue, NotFound, StorageUnavailable
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.settings import Settings, storage_address
from hwr_core.storage.places import UPLOADS, open_storage
from hwr_core.storage.storage import Stored

DATA = "data"
"""What names the data folder."""

AT_ONCE = 16
"""Files that are read beside each other."""

GROUP = 64 * 1024 * 1024
"""Bytes of files that are in memory at a time, about."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Files that were copied or were there already, and the names of those that are damaged or gone at the source."""

    copied: int
    there: int
    damaged: tuple[str, ...]


def migrate_storage(
    settings: Settings, source: str, target: str, progress: Callable[[int, int], None] = lambda *_: None
) -> Carried:
    """Copy the image files that the target lacks; the source stays as it is. Killed and run again, it goes on.

    Args:
        settings: whose data folder.
        source: `data` for the data folder, or the URL of a storage.
        target: as `source`.
        progress: told the bytes that are at the target, and those that there are.

    Raises:
        InvalidValue: a place is no such thing, or both are the same.
        NotInstalled, StoreError: a place cannot be used, or does not have what it was given.
    """
    if source.rstrip("/") == target.rstrip("/"):
        raise InvalidValue(f"Both places are {source!r}; two different ones are needed.")
    origin, goal = _place(settings, source), _place(settings, target)
    wanted = sorted(origin.stored(), key=lambda image: image.name)
    there = {image.name: image.size for image in goal.stored()}
    due = [image for image in wanted if there.get(image.name) != image.size]
    damaged: list[str] = []
    total = sum(image.size for image in wanted)
    done = total - sum(image.size for image in due)
    with ThreadPoolExecutor(AT_ONCE, "migrate-storage") as threads:
        for group in _groups(due):
            found = list(threads.map(lambda image: _read(origin, image.name), group))
            goal.add_all([upload for upload in found if upload is not None])
            damaged += [image.name for image, upload in zip(group, found, strict=True) if upload is None]
            done += sum(image.size for image in group)
            progress(done, total)
    _confirm(goal, [image for image in due if image.name not in damaged])
    return Carried(len(due) - len(damaged), len(wanted) - len(due), tuple(damaged))


def _place(settings: Settings, name: str) -> Uploads:
    if name == DATA:
        return Uploads.in_folder(settings.uploads)
    try:
        return Uploads(open_storage(f"{storage_address(name)}/{UPLOADS}"))
    except ValueError as error:
        raise InvalidValue(f"{name!r} is no place of files: {error}; or `{DATA}`, the data folder.") from error


def _groups(images: Sequence[Stored]) -> Iterator[list[Stored]]:
    group: list[Stored] = []
    for image in images:
        group.append(image)
        if sum(each.size for each in group) >= GROUP or len(group) == 8 * AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _read(origin: Uploads, name: str) -> Upload | None:
    """The upload of this name, its content compared with the name; None where it is damaged or gone."""
    try:
        return Upload(name, origin.get(name))
    except NotFound:
        return None


def _confirm(goal: Uploads, copied: Sequence[Stored]) -> None:
    there = {image.name: image.size for image in goal.stored()}
    if lacking := sum(there.get(image.name) != image.size for image in copied):
        raise StorageUnavailable(f"{lacking:,} files that were copied are not there. Nothing was removed; try again.")
