"""Labelled images that machines share by a storage: all of them learn from the same."""

import logging
import os
import time
from hashlib import sha256
from io import BytesIO
from threading import Event, Thread
from zipfile import ZipFile

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.custom import files, hash_folder
from hwr_core.datasets.shared import labelled_images
from hwr_core.datasets.shared.labelled_images import FRESH, Carried, SharedImages, copy_images, list_images
from hwr_core.errors import StorageUnavailable
from hwr_core.jobs.table import JobKind
from hwr_core.ops.migrate_storage import migrate_storage
from hwr_core.settings import PROJECT, Settings
from hwr_core.storage.folder import Folder
from hwr_core.storage.places import LABELLED, open_storage
from tests.handwriting import drawing, png
from tests.own_models import own_digits

SEVEN, ONE = png(drawing(7)), png(drawing(1))


@pytest.fixture
def machine(empty_storage, tmp_path):
    """Settings of a machine with a data folder of its own, by its name."""

    def machine(name, storage=empty_storage):
        return Settings(data_dir=tmp_path / name, models_dir=PROJECT / "models", storage_url=storage)

    return machine


@pytest.fixture
def shared(machine, empty_storage):
    """The images of a machine and of the storage."""
    return lambda name: SharedImages(open_storage(f"{empty_storage}/{LABELLED}"), machine(name).custom_dataset)


def put(settings, name, content, ago=3600.0):
    """Put a file among a machine's own images, as somebody does by hand, so many seconds ago."""
    file = settings.custom_dataset / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    os.utime(file, (time.time() - ago,) * 2)


def names_in(storage):
    """The names of the images in a storage."""
    return {*list_images(storage).names.values()}


def labels(settings):
    """The labels of a machine's own images."""
    return [file.label for file in files(settings.custom_dataset)]


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


def test_a_content_has_one_label(machine, shared, empty_storage):
    """The first that is stored; a machine keeps what it has; of two that are stored all others choose the same."""
    put(machine("here"), "7/mine.png", SEVEN)
    put(machine("there"), "1/mine.png", SEVEN)
    shared("here").exchange()
    shared("there").exchange()
    shared("third").exchange()
    assert [labels(machine(name)) for name in ("here", "there", "third")] == [[7], [1], [7]]
    name = f"1/-/{sha256(SEVEN).hexdigest()}"
    open_storage(f"{empty_storage}/{LABELLED}").write({name: SEVEN})  # two machines at once
    shared("fourth").exchange()
    shared("third").exchange()
    assert [labels(machine(name)) for name in ("third", "fourth")] == [[7], [1]]


def test_an_import_looks_first_at_what_others_have(machine, shared):
    """What another machine calls a one is not added as a seven, and the answer says so."""
    put(machine("there"), "1/mine.png", SEVEN)
    shared("there").exchange()
    archive = BytesIO()
    with ZipFile(archive, "w") as opened:
        opened.writestr("7/mine.png", SEVEN)
    with Workspace(machine("here")) as here:
        imported = here.modelling.import_images(archive)
    assert imported.total == 0
    assert "it is there already, labelled 1" in imported.reasons[0]


def test_only_whole_images_are_sent(machine, shared, empty_storage, caplog):
    """No half one, none that is just being written, none of a writer with too long a name; each is logged once."""
    here = machine("here")
    put(here, "7/half.png", SEVEN[: len(SEVEN) // 2])
    put(here, "7/new.png", SEVEN, ago=0.0)
    put(here, f"1/{'w' * 200}/one.png", ONE)
    images, storage = shared("here"), open_storage(f"{empty_storage}/{LABELLED}")
    images.exchange()
    images.exchange()
    assert names_in(storage) == set()
    assert caplog.text.count("one.png stays on this machine") == 1
    assert caplog.text.count(sha256(SEVEN[: len(SEVEN) // 2]).hexdigest()) == 1
    put(here, "7/half.png", png(drawing(7, pen=4)))
    put(here, "7/new.png", SEVEN)
    images.exchange()
    assert len(names_in(storage)) == 2


def test_a_file_that_changes_while_it_is_sent_is_left_out(machine, shared, empty_storage, monkeypatch):
    """Its content is no longer that of its name."""
    put(machine("here"), "7/mine.png", SEVEN)
    monkeypatch.setattr(labelled_images, "hash_file", lambda _: sha256(ONE).hexdigest())
    assert shared("here").send() == Carried(0, 0)
    assert names_in(open_storage(f"{empty_storage}/{LABELLED}")) == set()


def test_what_is_marked_as_removed_does_not_come_back(machine, shared, empty_storage, tmp_path):
    """Neither from a machine that still has it, nor by a copy to another storage."""
    put(machine("here"), "7/mine.png", SEVEN)
    put(machine("here"), "1/mine.png", ONE)
    shared("here").exchange()
    storage, content = open_storage(f"{empty_storage}/{LABELLED}"), sha256(SEVEN).hexdigest()

    storage.write({f"removed/{content}": b""})
    shared("there").exchange()
    assert labels(machine("there")) == [1]
    storage.remove([f"7/-/{content}"])
    shared("here").exchange()
    other = open_storage((tmp_path / "other").as_uri())
    other.write({f"7/-/{content}": SEVEN})

    assert copy_images(storage, other) == Carried(1, 0)
    assert names_in(storage) == names_in(other) == {f"1/-/{sha256(ONE).hexdigest()}"}


def test_an_error_of_the_disk_is_said_as_one_of_the_storage(tmp_path, machine, caplog):
    """A shared folder that cannot be listed or written: who looks goes on with what is here, an import is kept."""
    (tmp_path / "shared").write_text("a file where a folder is expected")
    settings = machine("here", (tmp_path / "shared").as_uri())
    with Workspace(settings) as workspace:
        assert workspace.modelling.import_images(own_digits(1)).total == 10
        assert workspace.modelling.sources()["custom"]
    with pytest.raises(StorageUnavailable, match="cannot be read or written: Not a directory"):
        SharedImages(open_storage(f"{settings.storage_url}/{LABELLED}"), settings.custom_dataset).exchange()
    assert "cannot be exchanged" in caplog.text


def test_an_outage_holds_up_one_who_looks(machine):
    """The others go on with what is here, and nobody tries again for a while, counted from the end of the attempt."""
    tried, waiting, answer = [], Event(), Event()

    class Slow(Folder):
        def files(self, under=""):
            tried.append(under)
            if len(tried) == 2:
                waiting.set()
                assert answer.wait(60)
            raise StorageUnavailable("The object storage cannot be reached. Try again later.")

    settings = machine("here")
    images = SharedImages(Slow(settings.data_dir), settings.custom_dataset)
    images.look()
    images._tried_at -= FRESH  # noqa: SLF001  as time goes by
    one = Thread(target=images.look)
    one.start()
    assert waiting.wait(60)
    images.look()
    answer.set()
    one.join()
    images.look()
    assert len(tried) == 2


def test_what_lies_in_the_storage_is_not_trusted(machine, shared, empty_storage, caplog):
    """A content that is not that of its name is left out and named; other names are passed over, such as ways out."""
    storage = open_storage(f"{empty_storage}/{LABELLED}")
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
            patch.setattr(SharedImages, "_exchange", fail)
            assert workspace.modelling.import_images(own_digits(1)).total == 10
            assert workspace.modelling.sources()["custom"]
            job = workspace.modelling.jobs.submit(JobKind.TRAIN, {})
            with pytest.raises(StorageUnavailable):
                workspace.modelling._spec(job)  # noqa: SLF001  as above
            without = workspace.modelling.jobs.submit(JobKind.EVALUATE, {"suites": ["mnist", "no-digits"]})
            assert workspace.modelling._spec(without).config  # noqa: SLF001  as above
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
