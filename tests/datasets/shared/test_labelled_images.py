"""Labelled images that machines share by a storage: all of them learn from the same."""

import logging
from hashlib import sha256

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.custom import files, hash_folder
from hwr_core.datasets.shared.labelled_images import Carried, SharedImages, names_in
from hwr_core.errors import StorageUnavailable
from hwr_core.jobs.table import JobKind
from hwr_core.ops.migrate_storage import migrate_storage
from hwr_core.settings import PROJECT, Settings
from hwr_core.storage.places import LABELLED, open_storage
from tests.handwriting import drawing, png
from tests.own_models import own_digits

SEVEN, ONE = png(drawing(7)), png(drawing(1))


@pytest.fixture(params=["file", "s3"])
def url(request, tmp_path):
    """The URL of an empty storage."""
    if request.param == "file":
        return (tmp_path / "shared").as_uri()
    return request.getfixturevalue("object_store").new_url()


@pytest.fixture
def machine(url, tmp_path):
    """Settings of a machine with a data folder of its own, by its name."""

    def machine(name, storage=url):
        return Settings(data_dir=tmp_path / name, models_dir=PROJECT / "models", storage_url=storage)

    return machine


@pytest.fixture
def shared(machine, url):
    """The images of a machine and of the storage."""
    return lambda name: SharedImages(open_storage(f"{url}/{LABELLED}"), machine(name).custom_dataset)


def put(settings, name, content):
    """Put a file among a machine's own images, as somebody does by hand."""
    file = settings.custom_dataset / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def test_every_machine_learns_from_the_same(machine, shared):
    """Labels and writers come along, what is no image stays; sent and fetched once, also of two machines."""
    here, there = machine("here"), machine("there")
    put(here, "7/mine.png", SEVEN)
    put(here, "7/Ada Ö/one.png", png(drawing(7, pen=4)))
    put(here, "none/scribble.png", ONE)
    put(here, "7/notes.txt", b"no image")
    put(there, "1/other.png", png(drawing(1, pen=4)))

    assert shared("here").send() == Carried(3, 0)
    shared("there").exchange()
    (here.custom_dataset / "7" / "notes.txt").unlink()
    assert shared("here").fetch() == Carried(1, 3)

    assert hash_folder(here.custom_dataset) == hash_folder(there.custom_dataset)
    assert {(file.label, file.writer) for file in files(there.custom_dataset)} == {
        (7, None), (7, "Ada Ö"), (10, None), (1, None)
    }  # fmt: skip
    assert shared("there").send().copied == shared("there").fetch().copied == 0


def test_an_image_keeps_the_label_that_it_has_here(machine, shared):
    """Another machine calls it something else: it is not learned from twice."""
    put(machine("here"), "7/mine.png", SEVEN)
    put(machine("there"), "1/mine.png", SEVEN)
    shared("here").exchange()
    shared("there").exchange()
    assert [file.label for file in files(machine("there").custom_dataset)] == [1]


def test_what_lies_in_the_storage_is_not_trusted(machine, shared, url, caplog):
    """A content that is not that of its name is left out and named; other names are passed over, such as ways out."""
    storage = open_storage(f"{url}/{LABELLED}")
    good, wrong = (f"7/-/{sha256(content).hexdigest()}" for content in (SEVEN, ONE))
    text = f"7/-/{sha256(b'text').hexdigest()}"
    out, hidden = (f"7/{writer.encode().hex()}/{good[-64:]}" for writer in ("../../../out", ".hidden"))
    storage.write({good: SEVEN, wrong: SEVEN, text: b"text", out: SEVEN, hidden: SEVEN, "8/x": SEVEN, "owner": b"x"})

    found = shared("here").fetch()

    assert names_in(storage) == {good, wrong, text}
    assert found == Carried(1, 0, tuple(sorted((wrong, text))))
    assert [file.label for file in files(machine("here").custom_dataset)] == [7]
    assert wrong in caplog.text


def test_a_workspace_finds_what_another_has_imported(machine):
    """It can be learned from there, and lies in the folder of the machine before a job's process begins."""
    with Workspace(machine("here")) as here:
        here.modelling.import_images(own_digits(1))
    with Workspace(machine("there")) as there:
        assert there.modelling.sources()["custom"]
        job = there.modelling.jobs.submit(JobKind.EVALUATE, {})
        spec = there.modelling._spec(job)  # noqa: SLF001  what the job's process is told
    assert len(files(spec.custom)) == 10


def test_an_outage_loses_nothing(machine, monkeypatch, caplog):
    """What is imported meanwhile is sent later; a job does not learn from half of the images but says why it cannot."""
    settings = machine("here")
    put(settings, "7/mine.png", SEVEN)

    def fail(*_):
        raise StorageUnavailable("The object storage cannot be reached. Try again later.")

    with Workspace(settings) as workspace:
        with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
            patch.setattr(SharedImages, "send", fail)
            assert workspace.modelling.import_images(own_digits(1)).total == 10
            assert workspace.modelling.sources()["custom"]
            job = workspace.modelling.jobs.submit(JobKind.TRAIN, {})
            with pytest.raises(StorageUnavailable):
                workspace.modelling._spec(job)  # noqa: SLF001  as above
        assert "cannot be exchanged" in caplog.text
        workspace.modelling.import_images(own_digits(2))
    with Workspace(machine("there")) as there:
        assert there.modelling.sources()["custom"]
    assert hash_folder(machine("there").custom_dataset) == hash_folder(settings.custom_dataset)


def test_migrate_storage_carries_them_too(tmp_path):
    """From the folder to a storage, to another one, and to another machine's folder; what is there is not copied."""
    here, there = (Settings(data_dir=tmp_path / name, models_dir=PROJECT / "models") for name in ("here", "there"))
    first, second = ((tmp_path / name).as_uri() for name in ("first", "second"))
    put(here, "7/Ada/mine.png", SEVEN)
    put(here, "none/scribble.png", ONE)

    carried = [
        migrate_storage(here, "data", first),
        migrate_storage(here, "data", first),
        migrate_storage(here, first, second),
        migrate_storage(there, second, "data"),
    ]

    assert [(each.labelled, each.labelled_there) for each in carried] == [(2, 0), (0, 2), (2, 0), (2, 0)]
    assert hash_folder(there.custom_dataset) == hash_folder(here.custom_dataset)
