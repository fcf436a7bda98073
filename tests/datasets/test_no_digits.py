"""What is no digit: made drawings and characters of other scripts, and what of them is kept apart."""

import numpy as np
import pytest

from hwr_core.datasets import strokes
from hwr_core.datasets.no_digits import font_characters as font_module
from hwr_core.datasets.no_digits.drawings import ALL_FAMILIES, FAMILIES, NEVER_LEARNED, any_drawings, drawing
from hwr_core.datasets.no_digits.font_characters import CHARACTERS, VARIATIONS, font_characters
from hwr_core.datasets.no_digits.other_scripts import LEARNED, OMNIGLOT, script_images, unseen_script_images
from hwr_core.datasets.no_digits.other_scripts import NEVER_LEARNED as UNSEEN_SCRIPTS
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import find_source, load_images
from hwr_core.errors import DatasetMissing
from hwr_core.recognition.types import NOT_A_DIGIT


@pytest.mark.parametrize("kind", ALL_FAMILIES)
def test_a_drawing_is_whole_and_never_the_same_twice(kind):
    """Finite points of some size, and another hand each time."""
    one, same, other = (drawing(kind, np.random.default_rng(seed)) for seed in (1, 1, 2))
    points = np.concatenate(one)
    assert np.isfinite(points).all()
    assert np.ptp(points, axis=0).max() > 0.4
    assert np.array_equal(points, np.concatenate(same))
    assert not np.array_equal(points[:8], np.concatenate(other)[:8])


def test_drawings_come_in_turn_and_none_is_learned_that_is_to_be_unseen():
    """Fifty kinds and more to learn from, others to measure with."""
    assert len(FAMILIES) > 50
    assert not set(FAMILIES) & set(NEVER_LEARNED)
    assert len(list(any_drawings(NEVER_LEARNED, 13, seed=1))) == 13


def test_drawings_are_a_source_of_what_is_no_digit(tmp_path):
    """Made anew for each part; the same on every machine."""
    places = Places(tmp_path, tmp_path, tmp_path)

    def images(part: Part):
        found = list(load_images("drawn-things", places, Request(part, limit=40)))
        assert {label for _, label in found} == {NOT_A_DIGIT}
        return np.stack([image for image, _ in found])

    learned = images(Part.TRAINING)
    assert np.array_equal(learned, images(Part.TRAINING))
    assert not np.array_equal(learned, images(Part.TEST))


def test_letters_of_fonts_are_drawn_by_hand_and_none_is_in_two_parts():
    """Those to learn from several times, each time by another hand."""
    drawn = {part: list(font_characters(part, seed=1)) for part in Part}
    assert len(drawn[Part.TRAINING]) > 5000
    characters = sum(map(len, CHARACTERS.values()))
    assert characters == sum(len(each) // (VARIATIONS if part is Part.TRAINING else 1) for part, each in drawn.items())
    one, same = (next(font_characters(Part.TRAINING, seed=1)) for _ in range(2))
    assert np.array_equal(np.concatenate(one), np.concatenate(same))
    assert not np.array_equal(drawn[Part.TRAINING][0][0], drawn[Part.TRAINING][1][0])


def test_no_character_of_a_font_is_listed_twice():
    """Each counts once."""
    assert all(len(set(keys)) == len(keys) for keys in CHARACTERS.values())


def test_where_the_fonts_are_not_installed_the_package_is_named(tmp_path, monkeypatch):
    """They are for training alone."""
    monkeypatch.setattr(font_module, "PACKAGE", "no_such_package")
    with pytest.raises(DatasetMissing, match="pip install Hershey-Fonts"):
        find_source("font-characters", Places(tmp_path, tmp_path, tmp_path))


def test_rare_shapes_are_a_source_of_digits(tmp_path):
    """All ten in turn; each part has its own."""
    places = Places(tmp_path, tmp_path, tmp_path)
    learned, tested = (
        list(load_images("rare-shapes", places, Request(part, limit=40))) for part in (Part.TRAINING, Part.TEST)
    )
    assert [label for _, label in learned] == [*range(10)] * 4
    assert not any(np.array_equal(one, other) for (one, _), (other, _) in zip(learned, tested, strict=True))


def _characters(folder, file, labels, writers=None):
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 4:24, 10:14] = (np.arange(len(labels)) + 1)[:, None, None]
    more = {} if writers is None else {"writers": np.array(writers)}
    np.savez(folder / file, images=images, labels=np.array(labels), **more)


def test_only_characters_that_are_no_digit_are_taken(tmp_path):
    """A Kannada four is an eight here: neither taught as one nor as none. Files that are not there are left out."""
    _characters(tmp_path, "digits-kannada.npz", [4, 6] * 40)
    taken = [image.max() for part in Part for image, _ in script_images(tmp_path / OMNIGLOT, Request(part))]
    assert sorted(taken) == list(range(2, 81, 2))


def test_a_writer_is_of_one_part_only(tmp_path):
    """Where a set names its writers; where not, neighbours stay together."""
    _characters(tmp_path, "digits-kannada.npz", [5] * 60, [f"{number // 10}" for number in range(60)])
    parts = [
        {int(image.max() - 1) // 10 for image, _ in script_images(tmp_path / OMNIGLOT, Request(part))} for part in Part
    ]
    assert set.union(*parts) == set(range(6))
    assert sum(map(len, parts)) == 6


def test_whole_scripts_are_kept_apart(tmp_path):
    """None of their characters is among those to learn from."""
    learned = {(each.file, label) for each in LEARNED for label in each.labels}
    unseen = {(each.file, label) for each in UNSEEN_SCRIPTS for label in each.labels}
    assert not learned & unseen
    _characters(tmp_path, "digits-gujarati.npz", [4, 5, 9])
    assert [image.max() for image, _ in unseen_script_images(tmp_path, None)] == [1, 3]


def test_letters_that_only_resemble_a_digit_are_none(stroke_file):
    """D, B, G and Q are taught as no digit; O and l, which nobody can tell from 0 and 1, are left out."""
    file = stroke_file(
        [(letter, f"writer {number}") for letter in "DBGQOl" for number in range(40)], "strokes-letters-upper.jsonl.gz"
    )
    found = [recording for part in Part for recording in strokes.read_recordings(file, part)]
    assert len(found) == 4 * 40
    assert {recording.label for recording in found} == {NOT_A_DIGIT}


@pytest.mark.parametrize(("lean", "is_shown"), [(0, False), (45, False), (-30, False), (80, True), (90, True)])
def test_a_bar_that_reads_as_a_one_is_no_letter(lean, is_shown):
    """A letter that lost all but an upright is left out; a dash is a mark; a 1 may be a bar, other digits not."""
    along = np.linspace(0, 100, 20)
    bar = np.stack([along * np.sin(np.radians(lean)), along * np.cos(np.radians(lean))], axis=1).astype(np.float32)
    assert strokes.is_whole(strokes.Recording(NOT_A_DIGIT, [bar])) is is_shown
    assert strokes.is_whole(strokes.Recording(1, [bar]))
    assert not strokes.is_whole(strokes.Recording(7, [bar]))
    assert strokes.is_whole(strokes.Recording(NOT_A_DIGIT, [bar[:3], bar[-3:]]))  # a colon


def test_what_is_left_out_can_be_looked_at(stroke_file, monkeypatch):
    """With the label that it has in its file; nothing else."""
    file = stroke_file([("A", f"writer {number}") for number in range(40)], "strokes-letters-upper.jsonl.gz")
    whole = [each for part in Part for each in strokes.read_recordings(file, part)]
    assert len(whole) == 40
    assert not [each for part in Part for each in strokes.left_out(file, part)]
    monkeypatch.setattr(strokes, "strokes_are_readable", lambda _: False)
    assert [label for part in Part for label, _ in strokes.left_out(file, part)] == ["A"] * 40
    assert not [each for part in Part for each in strokes.read_recordings(file, part)]
