"""Model versions elsewhere: on a web server, fetched with GET and sent with PUT, or in a bucket of an object store."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from hwr_core.addresses import is_own_address
from hwr_core.errors import Conflict, HwrError, InvalidValue, StorageUnavailable
from hwr_core.storage.places import is_object_address, object_at

LARGEST = 500_000_000
"""Bytes of a bundle, and of what it unpacks to."""

PATIENCE = 60.0
"""Seconds that an address has to begin to answer."""

ADDRESSES = ("http://", "https://")


class BundleFailed(HwrError):
    """A bundle could not be fetched, sent or written."""


def is_address(place: str) -> bool:
    """Whether a place is an address of the web, or of a file in a bucket; else it is a file here."""
    return place.startswith(ADDRESSES) or is_object_address(place)


@contextmanager
def fetched(address: str, token: str | None = None) -> Iterator[Path]:
    """Yield a file with what an address has; it is gone after the block.

    Raises:
        BundleFailed: it cannot be fetched.
        InvalidValue: it is too large, or the token would be sent where others can read it.
    """
    headers = {} if is_object_address(address) else _authorisation(address, token)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.zip"
        if is_object_address(address):
            _fetch_object(address, file)
            yield file
            return
        try:
            with (
                httpx2.stream("GET", address, headers=headers, timeout=PATIENCE, follow_redirects=True) as answer,
                file.open("wb") as out,
            ):
                if not answer.is_success:
                    raise BundleFailed(f"{address} answered with status {answer.status_code}.")
                for piece in answer.iter_bytes():
                    out.write(piece)
                    if out.tell() > LARGEST:
                        raise InvalidValue(f"{address} is larger than {LARGEST // 1_000_000} MB.")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise BundleFailed(f"{address} cannot be fetched: {error}.") from error
        yield file


def send(file: Path, address: str, token: str | None = None) -> None:
    """Put a file at an address. A server that knows `If-None-Match` replaces nothing, and so does a bucket.

    Raises:
        BundleFailed: the server does not answer, or refuses.
        Conflict: it has something there already.
        InvalidValue: the token would be sent where others can read it.
    """
    if is_object_address(address):
        _send_object(file, address)
        return
    headers = {
        "Content-Length": str(file.stat().st_size),  # object stores take no body of unknown length
        "Content-Type": "application/zip",
        "If-None-Match": "*",
        **_authorisation(address, token),
    }
    try:
        with file.open("rb") as stream:
            answer = httpx2.put(address, content=stream, headers=headers, timeout=PATIENCE)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise BundleFailed(f"{address} has not answered: {str(error) or type(error).__name__}.") from error
    if answer.status_code in (httpx2.codes.CONFLICT, httpx2.codes.PRECONDITION_FAILED):
        raise Conflict(f"There is something at {address} already.")
    if not answer.is_success:
        raise BundleFailed(f"{address} answered with status {answer.status_code}.")


def _fetch_object(address: str, file: Path) -> None:
    with _failures_of(address), file.open("wb") as out:
        bucket, name = object_at(address)
        size = bucket.size(name)
        if size > LARGEST:
            raise InvalidValue(f"{address} is larger than {LARGEST // 1_000_000} MB.")
        for piece in bucket.pieces(name, 0, size):
            out.write(piece)


def _send_object(file: Path, address: str) -> None:
    with _failures_of(address):
        bucket, name = object_at(address)
        if not name:
            raise InvalidValue(f"{address} names no file; s3://bucket/folder/name.zip does.")
        if not bucket.create(name, file.read_bytes()):
            raise Conflict(f"There is something at {address} already.")


@contextmanager
def _failures_of(address: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BundleFailed(f"There is nothing at {address}.") from error
    except StorageUnavailable as error:
        raise BundleFailed(f"{address}: {error}") from error


def _authorisation(address: str, token: str | None) -> Mapping[str, str]:
    if token is None:
        return {}
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InvalidValue(f"{address!r} is not an address of the web.") from error
    if parts.scheme != "https" and not is_own_address(parts.hostname or ""):
        raise InvalidValue("HWR_HUB_TOKEN is sent to addresses that begin with https:// only: others could read it.")
    return {"Authorization": f"Bearer {token}"}
