"""A file of known size and hash, from an address or a folder, into a part file that a later try goes on with."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

import httpx2

from hwr_core.errors import Conflict, HwrError, StorageUnavailable
from hwr_core.files import because, hash_file, lock
from hwr_core.storage.places import is_object_address, object_at

PIECE = 1 << 16
PATIENCE = 60.0
"""Seconds that a server may be silent."""

TRIES = 3
"""How often a connection that breaks off is made anew before the user is told to."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the bytes that are here, and the bytes that there are."""


class DownloadFailed(HwrError):
    """A data set could not be fetched, or is not what it should be."""


@contextmanager
def fetched(origin: str | Path, part: Path, size: int, sha256: str, progress: Progress) -> Iterator[Path]:
    """Yield a file with the content of an origin, and remove it after the block; a broken transfer leaves a part.

    Args:
        origin: an http(s) address, the URL of a file in a bucket, or a file.
        part: where the content goes; what lies there is taken as the beginning of it.
        size: in bytes.
        sha256: of the content, in hex.
        progress: told how far it is.

    Raises:
        DownloadFailed: it cannot be fetched, or it has another size or hash, and then nothing of it is kept.
        Conflict: another process is fetching it.
    """
    with _held(part) as stream:
        _fill(stream, origin, size, progress)
        if hash_file(part) != sha256:
            part.unlink()
            raise DownloadFailed(
                f"{origin} does not have the expected content: its SHA-256 is not {sha256}. Nothing was kept."
            )
        yield part
        part.unlink(missing_ok=True)


@contextmanager
def _held(part: Path) -> Iterator[BinaryIO]:
    with part.open("a+b") as stream:
        # A part that another process has just finished is gone by its name: what is locked here is nobody's.
        if not lock(stream.fileno(), wait=False) or not _is_named(stream, part):
            raise Conflict(f"Another process is fetching {part.name.removesuffix('.part').removeprefix('.')}.")
        try:
            yield stream
        finally:
            stream.flush()
            if part.exists() and not part.stat().st_size:  # nothing to go on with
                part.unlink()


def _is_named(stream: BinaryIO, part: Path) -> bool:
    return part.exists() and os.path.samestat(os.fstat(stream.fileno()), part.stat())


def _fill(stream: BinaryIO, origin: str | Path, size: int, progress: Progress) -> None:
    """Append what the part lacks. Raises DownloadFailed."""
    if stream.seek(0, os.SEEK_END) > size:  # it cannot be the beginning of this
        stream.truncate(0)
    for attempt in range(1, TRIES + 1):
        try:
            if (here := stream.seek(0, os.SEEK_END)) < size:
                _append(stream, _pieces(origin, stream, here, size), origin, size, progress)
        except httpx2.InvalidURL as error:
            raise DownloadFailed(f"{origin} is not an address of the web.") from error
        except httpx2.HTTPError as error:
            if attempt == TRIES:
                raise DownloadFailed(
                    f"{origin} cannot be fetched: {str(error) or type(error).__name__}. "
                    "The next try goes on where it stopped."
                ) from error
        else:
            break
    progress(size, size)


def _append(stream: BinaryIO, pieces: Iterator[bytes], origin: str | Path, size: int, progress: Progress) -> None:
    for piece in pieces:
        stream.write(piece)
        if (here := stream.tell()) > size:
            stream.truncate(0)
            raise DownloadFailed(f"{origin} is larger than the {size:,} bytes that it should have.")
        progress(here, size)
    stream.flush()
    os.fsync(stream.fileno())
    if (here := stream.tell()) < size:
        stream.truncate(0)
        raise DownloadFailed(f"{origin} has {here:,} bytes; it should have {size:,}.")


def _pieces(origin: str | Path, stream: BinaryIO, here: int, size: int) -> Iterator[bytes]:
    if isinstance(origin, Path):
        return _of_file(origin, here)
    return _of_bucket(origin, here, size) if is_object_address(origin) else _of_address(origin, stream, here)


def _of_bucket(address: str, here: int, size: int) -> Iterator[bytes]:
    try:
        bucket, name = object_at(address)
        if (found := bucket.size(name)) != size:
            raise DownloadFailed(f"{address} has {found:,} bytes; it should have {size:,}.")
        yield from bucket.pieces(name, here, size)
    except FileNotFoundError as error:
        raise DownloadFailed(f"There is no {address}.") from error
    except StorageUnavailable as error:
        raise DownloadFailed(f"{address} cannot be fetched: {error}") from error


def _of_file(origin: Path, here: int) -> Iterator[bytes]:
    try:
        with origin.open("rb") as source:
            source.seek(here)
            while piece := source.read(PIECE):
                yield piece
    except OSError as error:
        raise DownloadFailed(f"{origin} cannot be read{because(error)}.") from error


def _of_address(address: str, stream: BinaryIO, here: int) -> Iterator[bytes]:
    asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
    with httpx2.stream("GET", address, headers=asked, timeout=PATIENCE, follow_redirects=True) as answer:
        goes_on = answer.status_code == httpx2.codes.PARTIAL_CONTENT
        if not answer.is_success or (
            goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {here}-")
        ):
            raise DownloadFailed(f"{address} answered with status {answer.status_code}.")
        if not goes_on:  # a server that knows no ranges sends all of it
            stream.truncate(0)
        yield from answer.iter_raw()  # as it arrives: what has arrived is not lost where the connection breaks off
