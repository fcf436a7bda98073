"""The open data sets in a datasets folder: which are there, and fetching one that is not."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

from hwr_core.datasets.open_sets.conversion import CONVERSIONS, content_of
from hwr_core.datasets.open_sets.table import OpenSet
from hwr_core.datasets.open_sets.transfer import DownloadFailed, Progress, fetched
from hwr_core.errors import Conflict, DatasetMissing
from hwr_core.files import because, hash_file, write_whole


class State(StrEnum):
    """Whether a set is in the folder."""

    HERE = "here"
    OTHER = "other content"
    MISSING = "missing"


DAMAGED: Final = (BadZipFile, EOFError, KeyError, OSError, ValueError, zlib.error)
"""What numpy, gzip and zipfile raise for a file that they cannot read."""


def state_of(wanted: OpenSet, folder: Path) -> State:
    """Return whether the set's file is there, and is the one that the shipped model learned from. Raises OSError."""
    file = folder / wanted.file
    if not file.is_file():
        return State.MISSING
    if hash_file(file) == wanted.sha256 or (wanted.public and _content(file) == wanted.public.content):
        return State.HERE
    return State.OTHER


def fetch(wanted: OpenSet, folder: Path, mirror: str | Path | None, progress: Progress = lambda *_: None) -> Path:
    """Put a set's file into the folder, and return where it lies; one that is there already is left as it is.

    Whatever happens, the file is whole and right, or not there. A transfer that broke off is taken up again.

    Args:
        wanted: the set.
        folder: of the data sets; made where it is missing.
        mirror: an http(s) address, the URL of a bucket or a folder that has the files; without one, what the makers
            publish is converted.
        progress: told the bytes that are here, and those that there are.

    Raises:
        DatasetMissing: there is no mirror, and no public file that could be converted.
        DownloadFailed: it cannot be fetched or written, or is not what it should be.
        Conflict: the file is there with other content, or another process is fetching it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state = state_of(wanted, folder)
        if state is State.OTHER:
            raise Conflict(f"{wanted.file} is there with other content than it should have; move it away first.")
        if state is State.MISSING:
            _bring(wanted, folder, mirror, progress)
    except OSError as error:
        raise DownloadFailed(f"{wanted.file} cannot be written{because(error)}.") from error
    return folder / wanted.file


def _bring(wanted: OpenSet, folder: Path, mirror: str | Path | None, progress: Progress) -> None:
    if mirror is None:
        _convert(wanted, folder, progress)
        return
    origin = mirror / wanted.file if isinstance(mirror, Path) else f"{mirror.rstrip('/')}/{wanted.file}"
    part = folder / f".{wanted.file}.part"
    with fetched(origin, part, wanted.size, wanted.sha256, progress):
        part.chmod(0o644)
        part.replace(folder / wanted.file)


def _convert(wanted: OpenSet, folder: Path, progress: Progress) -> None:
    public = wanted.public
    if public is None:
        where = f" Its makers' page is {wanted.page}." if wanted.page else ""
        raise DatasetMissing(
            f"{wanted.name} is a selection of {wanted.makers} that only a mirror has: "
            f"set HWR_DATASETS_MIRROR to an address or a folder that has {wanted.file}.{where}"
        )
    part = folder / f".{wanted.file}.public.part"
    with fetched(public.address, part, public.size, public.sha256, progress), _aside(folder, wanted) as file:
        try:
            CONVERSIONS[wanted.file](part, file)
            right = content_of(file) == public.content
        except DAMAGED as error:
            raise DownloadFailed(f"{public.address} is not in the format that it should have.") from error
        if not right:
            raise DownloadFailed(f"{public.address} does not hold what the shipped model learned from.")
        write_whole(folder / wanted.file, file.read_bytes())


@contextmanager
def _aside(folder: Path, wanted: OpenSet) -> Iterator[Path]:
    """A file to write into, beside the one that is wanted; gone after the block."""
    file = folder / f".converted-{wanted.file}"
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def _content(file: Path) -> str | None:
    try:
        return content_of(file)
    except DAMAGED:
        return None
