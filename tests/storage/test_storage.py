"""The same promises of every storage: a folder, a folder by its URL, a bucket on a server of S3."""

import os
import subprocess
import sys
import time
from hashlib import sha256

import pytest

from hwr_core.errors import InvalidValue, NotInstalled, StorageUnavailable
from hwr_core.settings import load_settings
from hwr_core.storage import places
from hwr_core.storage.folder import Folder
from hwr_core.storage.places import open_storage, read_address
from tests.object_store import SECRET


@pytest.fixture(params=["folder", "file", "s3"])
def storage(request, tmp_path):
    """An empty storage of each kind."""
    if request.param == "folder":
        return Folder(tmp_path / "files")
    if request.param == "file":
        return open_storage((tmp_path / "a folder" / "files").as_uri())
    return open_storage(request.getfixturevalue("object_store").new_url())


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 45_000], ids=["empty", "small", "11 MB"])
def test_what_was_stored_is_read(storage, content):
    """Also nothing at all, and more than one request takes."""
    storage.write({"ab/file": content})
    assert storage.read("ab/file") == content
    assert [(each.name, each.size) for each in storage.files()] == [("ab/file", len(content))]
    assert read_address(storage.address("ab/file")) == content


@pytest.mark.parametrize("name", ["a b", "ö/数", "100%25", "a+b&c=d", "x" * 200, "a/b/c/d"])
def test_names_are_kept_as_they_are(storage, name):
    """Spaces, percent signs and letters of any script."""
    storage.write({name: b"content"})
    assert [each.name for each in storage.files()] == [name]
    assert read_address(storage.address(name)) == b"content"


def test_a_file_is_replaced_as_a_whole(storage):
    """The newer content counts, though it is shorter."""
    storage.write({"name": b"first and longer"})
    storage.write({"name": b"second"})
    assert storage.read("name") == b"second"


def test_what_is_not_there_is_said_to_be_missing(storage):
    """Before the first file, and of a folder's name; removing it does no harm."""
    assert list(storage.files()) == []
    storage.write({"ab/file": b"1"})
    for name in ("other", "ab/other"):
        with pytest.raises(FileNotFoundError):
            storage.read(name)
    storage.remove(["other", "ab/other"])
    assert len(list(storage.files())) == 1


def test_many_files_are_stored_listed_and_removed(storage, monkeypatch):
    """In several requests where one does not take so many; below a name, only that name's."""
    monkeypatch.setattr("hwr_core.storage.bucket.MOST_REMOVED", 25)
    storage.write({f"{number % 4}/{number}": str(number).encode() for number in range(60)})
    names = {each.name for each in storage.files()}
    assert (len(names), len(list(storage.files("3")))) == (60, 15)
    storage.remove(names - {"3/3"})
    assert [each.name for each in storage.files()] == ["3/3"]


def test_a_missing_bucket_is_no_missing_file(object_store):
    """Reading, writing, listing and removing say the same; the note names the bucket, the message does not."""
    storage = open_storage("s3://hwr-nobody-made-it/prefix")
    for call in (
        lambda: storage.read("name"),
        lambda: storage.write({"name": b"1"}),
        lambda: list(storage.files()),
        lambda: storage.remove(["name"]),
    ):
        with pytest.raises(StorageUnavailable, match="no bucket") as caught:
            call()
        assert "nobody" not in str(caught.value)
        assert "s3://hwr-nobody-made-it/prefix" in caught.value.__notes__[0]


def test_a_storage_that_refuses_says_so_without_secrets(object_store, monkeypatch):
    """Neither the message nor a chained error quotes what was sent."""
    storage = open_storage(object_store.new_url())
    monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
    for call in (lambda: storage.write({"name": b"1"}), lambda: list(storage.files())):
        with pytest.raises(StorageUnavailable, match="refuses") as caught:
            call()
        error = caught.value
        assert (error.__cause__, error.__suppress_context__) == (None, True)
        assert "403" in error.__notes__[0]
        assert SECRET not in f"{error} {error.__notes__}"


def test_a_storage_that_does_not_answer_is_unavailable(monkeypatch, object_store):
    """On a port where nobody listens."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageUnavailable, match="cannot be reached"):
        open_storage("s3://hwr-nobody-answers").read("name")


def test_an_endpoint_that_is_no_address_is_refused(monkeypatch, object_store):
    """The message names the variable."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "my server")
    with pytest.raises(InvalidValue, match="AWS_ENDPOINT_URL is 'my server'"):
        open_storage("s3://hwr-no-endpoint")


def test_azure_without_an_account_says_what_is_missing(monkeypatch):
    """The note names the variables."""
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(StorageUnavailable, match="no credentials") as caught:
        open_storage("az://container/prefix")
    assert "AZURE_STORAGE_ACCOUNT_NAME" in caught.value.__notes__[0]


def test_without_obstore_a_bucket_names_the_extra_and_a_folder_works(monkeypatch, tmp_path):
    """A folder by its URL needs nothing that is not there anyway."""
    monkeypatch.setitem(sys.modules, "hwr_core.storage.bucket", None)
    with pytest.raises(NotInstalled, match=r"hwr\[storage\]"):
        places.open_storage("s3://hwr-without-obstore")
    places.open_storage(tmp_path.as_uri()).write({"name": b"1"})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://bucket/prefix", "s3://bucket/prefix"),
        ("s3:/bucket", "s3://bucket/prefix"),
        ("file://relative", "file:///folder"),
        ("s3://key:secret@bucket/prefix", "credentials come from the environment"),
        ("az://container/prefix?sig=secret", "credentials come from the environment"),
        ("s3://B/prefix", "3 to 63"),
        ("s3://bucket/a/../b", "no empty part"),
        ("s3://bucket/a b", "s3://bucket/prefix"),
    ],
)
def test_other_urls_are_refused(url, words):
    """With what is allowed, and without the value, which may contain a secret."""
    with pytest.raises(InvalidValue, match=words) as caught:
        load_settings(storage_url=url)
    assert "HWR_STORAGE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


WRITER = """
import sys
from hashlib import sha256
from hwr_core.storage.places import open_storage
storage = open_storage(sys.argv[1])
for number in range(1_000):
    content = number.to_bytes(4, "big") * 1_600_000
    storage.write({sha256(content).hexdigest(): content})
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_nothing_half_written(storage):
    """Killed while it stores file after file of 6 MB, each is there whole or not at all."""
    url = storage.address("").rstrip("/")
    url = url if "://" in url else f"file://{url}"
    with subprocess.Popen([sys.executable, "-c", WRITER, url], env=os.environ) as writer:
        try:
            while len(list(storage.files())) < 2:
                assert writer.poll() is None
                time.sleep(0.05)
        finally:
            writer.kill()
    names = [each.name for each in storage.files()]
    assert len(names) >= 2
    assert all(sha256(storage.read(name)).hexdigest() == name for name in names)
