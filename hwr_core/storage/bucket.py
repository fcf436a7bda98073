"""A bucket of an object store, by obstore: S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage."""

import os
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

from hwr_core.errors import InvalidValue
from hwr_core.storage.failures import is_missing_bucket, unavailable
from hwr_core.storage.storage import Stored

AT_ONCE = 16
"""Requests that run beside each other where many files are written."""

MOST_REMOVED = 1000
"""Files in one request to remove them, which is the most that S3 takes."""

PIECE = 8 * 1024 * 1024
"""Bytes of a large file that one request fetches: its timeout is that of the piece, however long the whole takes."""

_CLIENT: Final[Any] = {
    "connect_timeout": timedelta(seconds=5),
    "timeout": timedelta(seconds=30),
    "allow_http": True,  # only where an endpoint that somebody sets begins with http://: that of an own server
}
_RETRIES: Final[Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}

_KINDS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "s3": (
        S3Store,
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL and the role of the machine",
    ),
    "gs": (GCSStore, "GOOGLE_APPLICATION_CREDENTIALS and the service account of the machine"),
    "az": (AzureStore, "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY and the identity of the machine"),
}


class Bucket:
    """The files of a bucket below a prefix. Timeouts and retries are the library's; it opens its connections itself."""

    def __init__(self, url: str) -> None:
        """`url`: s3://bucket/prefix, gs://... or az://container/...; credentials come from the environment.

        Raises:
            InvalidValue: the endpoint that the environment names is no address.
            StorageUnavailable: the environment has no credentials, or such as cannot be used.
        """
        parts = urlsplit(url)
        kind, self._variables = _KINDS[parts.scheme]
        self._url = url.rstrip("/")
        _confirm_endpoint(parts.scheme)
        with self._failures():
            self._store: ObjectStore = kind(
                parts.netloc, prefix=parts.path.strip("/") or None, client_options=_CLIENT, retry_config=_RETRIES
            )

    def write(self, files: Mapping[str, bytes]) -> None:
        """Store files, several at once; those of more than 5 MB in parts, which appear together."""
        if len(files) == 1:
            [(name, content)] = files.items()
            self._put(name, content)
            return
        with ThreadPoolExecutor(AT_ONCE, "storage") as threads:
            for _ in threads.map(self._put, files.keys(), files.values()):
                pass

    def create(self, name: str, content: bytes) -> bool:
        """Store a file unless there is one of this name; the object store decides between two at once."""
        with self._failures():
            try:
                obstore.put(self._store, name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises FileNotFoundError."""
        with self._failures():
            return bytes(obstore.get(self._store, name).bytes())

    def size(self, name: str) -> int:
        """Return the size of a file in bytes. Raises FileNotFoundError."""
        with self._failures():
            # Not by HEAD: its answer has no body, which tells a missing bucket from a missing file.
            return obstore.get(self._store, name).meta["size"]

    def pieces(self, name: str, start: int, size: int) -> Iterator[bytes]:
        """Yield the content of a large file of this size from a place on. Raises FileNotFoundError."""
        for begin in range(start, size, PIECE):
            with self._failures():
                piece = obstore.get_range(self._store, name, start=begin, end=min(begin + PIECE, size))
            yield bytes(piece)

    def remove(self, names: Collection[str]) -> None:
        """Remove files, a thousand in a request."""
        wanted = list(names)
        for start in range(0, len(wanted), MOST_REMOVED):
            some = wanted[start : start + MOST_REMOVED]
            try:
                with self._failures():
                    obstore.delete(self._store, some)
            except FileNotFoundError:  # not every object store passes over those that are not there
                for name in some:
                    with suppress(FileNotFoundError), self._failures():
                        obstore.delete(self._store, name)

    def files(self, under: str = "") -> Iterator[Stored]:
        """Yield all files below a name, a request for each thousand."""
        with self._failures():
            found = iter(obstore.list(self._store, under or None))
        while True:
            with self._failures():
                some = next(found, None)
            if some is None:
                return
            yield from (Stored(each["path"], each["size"]) for each in some)

    def address(self, name: str) -> str:
        """Return the URL of a file; it holds no credentials."""
        return f"{self._url}/{name}"

    def tidy(self) -> None:
        """Do nothing: an object store shows no unfinished file."""

    def _put(self, name: str, content: bytes) -> None:
        with self._failures():
            obstore.put(self._store, name, content)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn the library's errors into ours, without the library's text: not even as the cause, which gets logged."""
        try:
            yield
        except FileNotFoundError as error:
            if is_missing_bucket(str(error)):
                raise unavailable(str(error), self._url, self._variables) from None
            raise FileNotFoundError("There is no such file in the object storage.") from None
        except (BaseError, PermissionError) as error:
            raise unavailable(str(error), self._url, self._variables) from None


def _confirm_endpoint(scheme: str) -> None:
    """Refuse an endpoint that is no address, on which the library panics. Raises InvalidValue."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3") if scheme == "s3" else ():
        given = os.environ.get(name, "")
        parts = urlsplit(given)
        if given and not (parts.scheme in {"http", "https"} and parts.hostname and " " not in given):
            raise InvalidValue(f"{name} is {given!r}; an address that begins with https:// or http:// is allowed.")
