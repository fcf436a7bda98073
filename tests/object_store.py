"""An S3 server in a thread of ours, with buckets of its own for each test, and the environment that leads to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx2
import pytest
from moto.server import ThreadedMotoServer

SECRET = "the-secret-of-the-bucket"  # noqa: S105  it opens nothing but the server of the tests
_numbers = count(1)


class ObjectStore:
    """A running server: `url` names a prefix in a new bucket."""

    def __init__(self, server: ThreadedMotoServer) -> None:
        self._server = server
        host, port = server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a program finds the server and signs in."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }

    def new_url(self) -> str:
        """Make a bucket, and return the URL of a prefix in it."""
        bucket = f"hwr-test-{next(_numbers)}"
        httpx2.put(f"{self.endpoint}/{bucket}", timeout=60).raise_for_status()
        return f"s3://{bucket}/some/prefix"


@contextmanager
def running() -> Iterator[ObjectStore]:
    """Run a server on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield ObjectStore(server)
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _object_store() -> Iterator[ObjectStore]:
    with running() as server:
        yield server


@pytest.fixture
def object_store(_object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A server of S3, and the environment that leads to it, also for child processes."""
    for name, value in _object_store.environment.items():
        monkeypatch.setenv(name, value)
    return _object_store


@pytest.fixture(params=["file", "s3"])
def empty_storage(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty storage: a folder, then a bucket."""
    if request.param == "file":
        return (tmp_path / "shared").as_uri()
    server: ObjectStore = request.getfixturevalue("object_store")
    return server.new_url()
