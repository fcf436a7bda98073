"""Model versions that servers share by a storage: whole or not there, checked by their hashes, kept in an outage."""

import os
import subprocess
import sys
import time

import pytest

from hwr_core.errors import ModelUnavailable, NotFound
from hwr_core.notes import Notes
from hwr_core.ops.migrate_storage import migrate_storage
from hwr_core.registry.opening import registry_in
from hwr_core.registry.registry import CARD, LITERT, WEIGHTS
from hwr_core.registry.shared import LOOK, SharedVersions, copy_version, names_in
from hwr_core.storage.folder import Folder
from hwr_core.storage.places import MODELS, open_storage
from tests.registry.test_registry import FILES, card

OUTAGE = "moto.settings.INITIAL_NO_AUTH_ACTION_COUNT"
"""0.0 in it makes the server of the tests refuse everybody."""


@pytest.fixture
def bucket(object_store):
    """The URL of a prefix in an empty bucket."""
    return object_store.new_url()


@pytest.fixture
def here(tmp_path):
    """Make the registry of a machine, by the name of the machine."""
    return lambda url, machine="one": registry_in(tmp_path / machine, url)


def test_what_one_machine_publishes_another_has(here, empty_storage):
    """Listed, copied with all its files, and then there without the storage."""
    made = here(empty_storage).publish(card(), FILES)
    other = here(empty_storage, "other")
    assert other.names() == [made.name]
    assert {name: other.get(made.name).read_file(name) for name in FILES} == FILES
    assert [version.card for version in here(None, "other").versions()] == [made.card]


def test_without_a_storage_nothing_leaves_the_machine(here, tmp_path):
    """The folder alone has it."""
    made = here(None).publish(card(), FILES)
    assert here(None, "other").names() == []
    assert [each.name for each in tmp_path.iterdir()] == ["one"]
    with pytest.raises(NotFound):
        here(None, "other").get(made.name)


def test_a_version_without_its_card_is_not_there(here, empty_storage):
    """The card comes last: before it nobody sees the rest."""
    made = here(empty_storage).publish(card(), FILES)
    open_storage(f"{empty_storage}/{MODELS}").remove([f"{made.name}/{CARD}"])
    other = here(empty_storage, "other")
    assert other.names() == []
    with pytest.raises(NotFound, match=made.name):
        other.get(made.name)


@pytest.mark.parametrize("file", [LITERT, CARD])
def test_what_is_damaged_in_the_storage_is_not_taken(here, empty_storage, file, tmp_path):
    """The message says which file of which version; nothing of it is on this machine."""
    made = here(empty_storage).publish(card(), FILES)
    open_storage(f"{empty_storage}/{MODELS}").write({f"{made.name}/{file}": b"damaged"})
    with pytest.raises(ModelUnavailable, match=made.name):
        here(empty_storage, "other").get(made.name)
    assert not (tmp_path / "other" / made.name / CARD).exists()


def test_a_card_that_names_a_path_is_refused(here, empty_storage, tmp_path):
    """A storage that others write to cannot place files elsewhere."""
    made = here(empty_storage).publish(card(), FILES)
    evil = made.card.model_copy(update={"files": {"../../evil.keras": made.card.files[WEIGHTS]}})
    place = Folder(tmp_path / "evil" / "models")
    place.write(
        {f"{made.name}/../../evil.keras": FILES[WEIGHTS], f"{made.name}/{CARD}": evil.model_dump_json().encode()}
    )
    with pytest.raises(ModelUnavailable, match="no version has"):
        copy_version(made.name, place, Folder(tmp_path / "target"))
    assert not (tmp_path / "target").exists()


def test_measurements_reach_other_machines(here, empty_storage, tmp_path):
    """Those made later, and anew; a later one of this machine's own stays."""
    made = here(empty_storage).publish(card(), FILES)
    clock = [0.0]
    other = tmp_path / "other"
    shared = SharedVersions(open_storage(f"{empty_storage}/{MODELS}"), other, lambda: clock[0])
    shared.fetch(made.name)
    figures = other / made.name / "evaluations" / "mnist.json"

    def measured(day: int, words: str = "") -> bytes:
        made.add_file("evaluations/mnist.npz", b"answers")
        content = f'{{"created_at": "2026-03-{day:02}T12:00:00Z", "about": "{words}"}}'.encode()
        made.add_file("evaluations/mnist.json", content)
        clock[0] += LOOK
        shared.names()
        return content

    assert figures.exists() is False
    assert measured(1) == figures.read_bytes()
    assert (figures.with_suffix(".npz").read_bytes()) == b"answers"
    assert measured(2, "longer") == figures.read_bytes()
    figures.write_bytes(b'{"created_at": "2026-03-09T12:00:00Z"}')
    assert measured(3, "longer still") != figures.read_bytes()


def test_in_an_outage_the_machine_has_what_it_had(here, bucket, monkeypatch, caplog):
    """A training publishes, the log says that others do not see it, and migrate-storage makes up for it."""
    one, other = here(bucket), here(bucket, "other")
    old = one.publish(card(), FILES)
    other.get(old.name)
    with monkeypatch.context() as outage:
        outage.setattr(OUTAGE, 0.0)
        new = one.publish(card(minute=1), FILES)
        assert one.get(new.name).read_file(LITERT) == FILES[LITERT]
        assert f"{new.name} is on this machine alone" in caplog.text
        assert other.names() == [old.name]
        with pytest.raises(ModelUnavailable, match="not on this machine"):
            other.get(new.name)
    assert other.names() == [old.name]


def test_versions_move_with_the_image_files(here, settings, empty_storage, tmp_path):
    """With notes and the mark of the retired; damaged ones are named and left out; a second run copies nothing."""
    own = settings.model_copy(update={"models_dir": tmp_path / "one"})
    first, second = here(None).publish(card(), FILES), here(None).publish(card(minute=1), FILES)
    here(None).describe(first, Notes(title="The first"))
    (first.folder / "retired").touch()
    (second.folder / LITERT).write_bytes(b"damaged")
    done = migrate_storage(own, "data", empty_storage)
    assert (done.versions, done.versions_there, done.damaged) == (1, 0, (second.name,))
    assert migrate_storage(own, "data", empty_storage).versions_there == 1
    assert (
        migrate_storage(settings.model_copy(update={"models_dir": tmp_path / "back"}), empty_storage, "data").versions
        == 1
    )
    back = here(None, "back").get(first.name)
    assert (back.card, back.notes.title, back.is_retired) == (first.card, "The first", True)


PUBLISHER = """
import sys
from datetime import UTC, datetime, timedelta
from hwr_core.registry.opening import registry_in
from pathlib import Path
from tests.registry.test_registry import card
registry = registry_in(Path(sys.argv[1]), sys.argv[2])
for minute in range(60):
    registry.publish(card(minute), {f"part-{number}.npz": bytes([minute, number]) * 200_000 for number in range(8)})
"""


@pytest.mark.slow
def test_a_killed_publisher_leaves_no_half_version(here, empty_storage, tmp_path):
    """Whatever is listed can be copied whole by another machine."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PUBLISHER, str(tmp_path / "one"), empty_storage]
    storage = open_storage(f"{empty_storage}/{MODELS}")
    with subprocess.Popen(command, env=environment) as publisher:
        try:
            while len({each.name.partition("/")[0] for each in storage.files()}) < 3:
                assert publisher.poll() is None
                time.sleep(0.02)
        finally:
            publisher.kill()
    other = here(empty_storage, "other")
    names = [*names_in(storage)]
    assert names
    assert all(len(other.get(name).card.files) == 8 for name in names)
