"""Which storage a URL or the settings name, and single files by their address."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from hwr_core.addresses import BUCKET, OBJECT_STORES
from hwr_core.errors import InvalidValue, NotInstalled
from hwr_core.settings import Settings
from hwr_core.storage.folder import Folder
from hwr_core.storage.storage import Storage

if TYPE_CHECKING:  # obstore is of an extra, and costs 60 ms
    from hwr_core.storage.bucket import Bucket

UPLOADS, MODELS, JOBS, LABELLED = "uploads", "models", "jobs", "labelled"
"""What lies where below HWR_STORAGE_URL."""


def shared_storage(settings: Settings, area: str) -> Storage | None:
    """Return the storage of an area below HWR_STORAGE_URL, if that is set. Raises what `open_storage` raises."""
    return None if settings.storage_url is None else open_storage(f"{settings.storage_url}/{area}")


def open_storage(url: str) -> Storage:
    """Return the storage at a URL of a bucket, or of a folder (file:///...). It sends nothing yet.

    Raises:
        NotInstalled: obstore is not there, and the URL is that of a bucket.
        InvalidValue: an endpoint that the environment names is no address.
        StorageUnavailable: the environment has no credentials that can be used.
    """
    parts = urlsplit(url)
    return Folder(Path(url2pathname(parts.path))) if parts.scheme == "file" else open_bucket(url)


@lru_cache(maxsize=16)  # each has connections of its own
def open_bucket(url: str) -> "Bucket":
    """Return the bucket at a URL. Raises what `open_storage` raises."""
    try:
        from hwr_core.storage.bucket import Bucket  # noqa: PLC0415  see above
    except ImportError as error:
        raise NotInstalled("Object storage needs obstore", "storage") from error
    return Bucket(url)


def is_object_address(place: str) -> bool:
    """Whether a place is a URL of an object store; else it is a path, or an address of the web."""
    return place.startswith(OBJECT_STORES)


def read_address(address: str) -> bytes:
    """Return the content of a file by what `Storage.address` said. Raises OSError and StorageUnavailable."""
    if not is_object_address(address):
        return Path(address).read_bytes()
    bucket, name = object_at(address)
    return bucket.read(name)


def object_at(address: str) -> "tuple[Bucket, str]":
    """Return the bucket of a file's URL, and the file's name in it. Raises what `open_storage` raises."""
    parts = urlsplit(address)
    if not BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise InvalidValue("A file in object storage is s3://bucket/name, gs://bucket/name or az://container/name.")
    return open_bucket(f"{parts.scheme}://{parts.netloc}"), parts.path.lstrip("/")
