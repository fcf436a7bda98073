"""Model versions are published whole, never changed, and one of them is served."""

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hwr_core.errors import HwrError, ModelUnavailable, NotFound
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.card import Decision, Inputs, ModelCard
from hwr_core.registry.pointers import CHAMPION, LOCK
from hwr_core.registry.registry import CARD, LITERT, WEIGHTS, Registry

FILES = {WEIGHTS: b"weights", LITERT: b"served"}


def card(minute: int = 0) -> ModelCard:
    """Return the card of a version made in some minute of one hour."""
    return ModelCard(
        version="",
        created_at=datetime(2026, 3, 1, 12, minute, tzinfo=UTC),
        architecture="small",
        parameters=1,
        labels=(*map(str, DIGITS), "not a digit"),
        config={"epochs": 1},
        data=(),
        decision=Decision(temperature=1, not_a_digit_above=0.5, unsure_below=0.5),
        scores=(),
        calibration_error=0.01,
        epochs=(),
        packages={},
        files={},
    )


@pytest.fixture
def registry(tmp_path):
    """The registry of a folder that does not exist yet."""
    return Registry(tmp_path / "models")


def test_what_is_published_can_be_got(registry):
    """A version is found by its name, with the files and the card that were published."""
    published = registry.publish(card(), FILES)
    found = registry.get(published.name)
    assert found == published
    assert found.name == found.card.version
    assert found.name.startswith("20260301T120000Z-")
    assert {name: found.read_file(name) for name in FILES} == FILES


def test_the_name_tells_the_content(registry):
    """The same moment with other weights is another version."""
    one, other = registry.publish(card(), FILES), registry.publish(card(), {**FILES, LITERT: b"other"})
    assert one.name != other.name
    assert one.read_file(LITERT) == b"served"


def test_a_version_is_never_overwritten(registry):
    """Publishing the same version again is refused without naming a path, and what is there stays."""
    first = registry.publish(card(), FILES)
    with pytest.raises(HwrError, match=first.name) as caught:
        registry.publish(card().model_copy(update={"parameters": 2}), FILES)
    assert str(first.folder.parent) not in str(caught.value)
    assert registry.get(first.name).card.parameters == 1
    assert [entry.name for entry in first.folder.parent.iterdir()] == [first.name]


def test_a_crash_half_way_leaves_nothing(registry, tmp_path, monkeypatch):
    """When the disk fails at the second file, there is no half version and no rest of one."""
    write, written = Path.write_bytes, []

    def fail_later(path: Path, content: bytes) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail_later)
    with pytest.raises(OSError, match="No space left"):
        registry.publish(card(), FILES)
    assert written
    assert registry.versions() == []
    assert list((tmp_path / "models").iterdir()) == []


def test_what_a_killed_publisher_left_is_no_version(registry, tmp_path):
    """A folder that was being written when the power went is neither listed nor found."""
    version = registry.publish(card(), FILES)
    left = tmp_path / "models" / ".publishing-abc"
    shutil.copytree(version.folder, left)
    assert registry.versions() == [version]
    with pytest.raises(NotFound):
        registry.get(left.name)


def test_versions_are_listed_newest_first(registry):
    """The list starts with the youngest version; a stray file in the folder is ignored."""
    names = [registry.publish(card(minute), FILES).name for minute in (5, 1, 9)]
    registry.serve(registry.get(names[0]))
    (names_by_age := sorted(names)).reverse()
    assert [version.name for version in registry.versions()] == names_by_age


def test_no_folder_means_no_versions(registry):
    """Before anything was published there is nothing to list."""
    assert registry.versions() == []


@pytest.mark.parametrize("name", ["", ".", "..", "../models", "a/b", "/etc", "a\0b", "a" * 300, CHAMPION, "~", "*"])
def test_a_name_is_no_path(registry, tmp_path, name):
    """No name leads out of the folder, nor to anything in it that is not a version."""
    version = registry.publish(card(), FILES)
    registry.serve(version)
    shutil.copy(version.folder / CARD, tmp_path / CARD)
    with pytest.raises(NotFound, match="There is no model version"):
        registry.get(name)


def test_a_version_is_not_got_by_a_detour(registry):
    """A path to a version that exists is not its name."""
    version = registry.publish(card(), FILES)
    for detour in (f"x/../{version.name}", f"./{version.name}/../{version.name}", str(version.folder)):
        with pytest.raises(NotFound):
            registry.get(detour)


def test_the_served_version_is_the_champion(registry):
    """The served version can be changed, and changed back."""
    one, two = registry.publish(card(1), FILES), registry.publish(card(2), FILES)
    for version in (one, two, one):
        registry.serve(version)
        assert registry.champion() == version


def test_a_version_is_found_by_its_name_or_its_part(registry):
    """The champion and the challenger need not be named in full."""
    one, other = registry.publish(card(1), FILES), registry.publish(card(2), FILES)
    registry.serve(one)

    assert registry.find("champion") == registry.find(one.name) == one
    with pytest.raises(NotFound, match="challenger"):
        registry.find("challenger")

    registry.challenge(other)
    assert registry.find("challenger") == other


def test_whoever_looks_while_serving_changes_sees_one_or_the_other(registry):
    """Many threads that change and read the champion never meet half a name, and leave nothing behind."""
    versions = [registry.publish(card(minute), FILES) for minute in range(4)]
    registry.serve(versions[0])
    with ThreadPoolExecutor(8) as threads:
        changes = [threads.submit(registry.serve, versions[turn % 4]) for turn in range(200)]
        seen = [threads.submit(registry.champion) for _ in range(200)]
    assert all(change.result() is None for change in changes)
    assert all(champion.result() in versions for champion in seen)
    left = {entry.name for entry in versions[0].folder.parent.iterdir()}
    assert left == {CHAMPION, LOCK, *(v.name for v in versions)}


def test_no_champion_is_said_in_words(registry):
    """Before a version is served the message says what to do."""
    with pytest.raises(ModelUnavailable, match=r"No model version is being served\. Train one"):
        registry.champion()


@pytest.mark.parametrize("pointer", [b"", b"gone\n", b"../elsewhere\n", b"\xff\xfe\0", b"a" * 5000])
def test_a_champion_that_is_not_there_is_said_in_words(registry, pointer):
    """An alias of no version, or a damaged one, makes the model unavailable."""
    version = registry.publish(card(), FILES)
    (version.folder.parent / CHAMPION).write_bytes(pointer)
    with pytest.raises(ModelUnavailable, match=r"chosen to serve|being served"):
        registry.champion()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 3}', json.dumps({"files": {}})])
def test_a_damaged_card_is_said_in_words(registry, content):
    """A card that cannot be read makes its version unavailable, and no library's text is shown."""
    version = registry.publish(card(), FILES)
    (version.folder / CARD).write_text(content)
    with pytest.raises(ModelUnavailable, match=f"The card of model version {version.name} cannot be read.$"):
        registry.get(version.name)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a file can be had that nobody can read")
@pytest.mark.parametrize("name", [CHAMPION, CARD])
def test_a_file_that_cannot_be_read_is_said_in_words(registry, name):
    """An alias or card without permission to read makes the model unavailable."""
    version = registry.publish(card(), FILES)
    registry.serve(version)
    unreadable = (version.folder if name == CARD else version.folder.parent) / name
    unreadable.unlink()
    unreadable.symlink_to("/proc/self/mem")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        registry.champion()


@pytest.mark.parametrize("file", [WEIGHTS, LITERT])
def test_a_changed_file_is_not_handed_out(registry, file):
    """What was not published under a name is not read under it."""
    version = registry.publish(card(), FILES)
    (version.folder / file).write_bytes(b"other")
    with pytest.raises(ModelUnavailable, match=f"{file} of model version {version.name} is damaged"):
        version.read_file(file)


def test_a_file_not_of_the_card_is_not_handed_out(registry):
    """A file laid beside the card later belongs to no version."""
    version = registry.publish(card(), FILES)
    (version.folder / "extra").write_bytes(b"x")
    with pytest.raises(NotFound, match="has no file 'extra'"):
        version.read_file("extra")


def test_a_card_of_an_older_version_is_read():
    """It counts the validation images as pictures."""
    inputs = Inputs.model_validate_json(b'{"pictures": 1200.5, "features": {}}')
    assert inputs == Inputs(images=1200.5, features={})
    assert json.loads(inputs.model_dump_json()) == {"images": 1200.5, "features": {}}
