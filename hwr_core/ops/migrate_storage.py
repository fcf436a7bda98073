"""hwr migrate-storage: image files, model versions, labelled images into a storage, back, or from one to another."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hwr_core.addresses import storage_address
from hwr_core.datasets.shared import labelled_images
from hwr_core.datasets.shared.labelled_images import SharedImages
from hwr_core.errors import InvalidValue, ModelUnavailable, NotFound, StorageUnavailable
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.registry.registry import CARD, Registry
from hwr_core.registry.shared import EVALUATION, copy_version, names_in
from hwr_core.settings import SHIPPED, Settings
from hwr_core.storage.folder import Folder
from hwr_core.storage.places import LABELLED, MODELS, UPLOADS, open_storage
from hwr_core.storage.storage import Storage, Stored

DATA = "data"
"""What names the folders of this machine, of data and of models."""

AT_ONCE = 16
"""Files that are read beside each other."""

GROUP = 64 * 1024 * 1024
"""Bytes of files that are in memory at a time, about."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How much was copied or was there already, and the names of what is damaged or gone at the source."""

    copied: int
    there: int
    versions: int
    versions_there: int
    labelled: int
    labelled_there: int
    damaged: tuple[str, ...]


def migrate_storage(
    settings: Settings, source: str, target: str, progress: Callable[[int, int], None] = lambda *_: None
) -> Carried:
    """Copy image files, model versions and labelled images that the target lacks; the source stays.

    Run again, it goes on.

    Args:
        settings: whose folders.
        source: `data` for the folders, or the URL of a storage.
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
    left_out = set(damaged)
    _confirm(goal, [image for image in due if image.name not in left_out])
    copied = len(due) - len(damaged)
    versions, versions_there = _copy_versions(_models(settings, source), _models(settings, target), damaged)
    images = _copy_labelled(settings, source, target)
    damaged += images.damaged
    return Carried(
        copied, len(wanted) - len(due), versions, versions_there, images.copied, images.there, tuple(damaged)
    )


def _copy_versions(origin: Storage, goal: Storage, damaged: list[str]) -> tuple[int, int]:
    """Copy the versions that the target lacks, or measurements of; return how many, and how many it has already."""
    wanted, there, copied = names_in(origin), names_in(goal), 0
    for name, files in wanted.items():
        if not any(file == CARD or EVALUATION.fullmatch(file) for file in files.keys() - there.get(name, {}).keys()):
            continue
        try:
            copy_version(name, origin, goal)
            copied += 1
        except (ModelUnavailable, NotFound):
            damaged.append(name)
    return copied, len(wanted) - copied - sum(name in wanted for name in damaged)


def _copy_labelled(settings: Settings, source: str, target: str) -> labelled_images.Carried:
    """Copy the users' own labelled images that the target lacks."""
    if DATA not in {source, target}:
        return labelled_images.copy_images(_labelled(source), _labelled(target))
    shared = SharedImages(_labelled(target if source == DATA else source), settings.custom_dataset)
    return shared.send() if source == DATA else shared.fetch()


def _labelled(place: str) -> Storage:
    return open_storage(f"{storage_address(place)}/{LABELLED}")


def _models(settings: Settings, place: str) -> Storage:
    if place == DATA:
        return Folder(Registry(settings.models_dir, SHIPPED).folder)
    return open_storage(f"{storage_address(place)}/{MODELS}")


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
