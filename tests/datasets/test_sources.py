"""Each source is read from its file, split without overlap, and named in words where it is missing."""

import re
from pathlib import Path

import numpy as np
import pytest

from hwr_core.datasets.mnist import VALIDATION
from hwr_core.datasets.origins import ORIGINS
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part, Samples, part_of
from hwr_core.datasets.sources import (
    CORRECTIONS,
    CUSTOM,
    MADE,
    OPEN_SOURCES,
    SOURCES,
    find_source,
    hash_source,
    load_images,
    load_source,
)
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.images.normalise import normalise
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT
from tests.handwriting import drawing, png

BLANK = png(np.full((60, 60), 255, np.uint8))
IN_FILES = [name for name, source in SOURCES.items() if source.place and name not in (CUSTOM, CORRECTIONS)]


def places(folder: Path) -> Places:
    """All data in one folder."""
    return Places(folder, folder / "custom_dataset", folder / "corrections.npz")


def load(name: str, folder: Path, request: Request) -> Samples:
    """All samples of a source at once."""
    return Samples.join(load_source(name, places(folder), request))


@pytest.mark.parametrize("name", IN_FILES)
def test_a_missing_file_is_named_without_its_place(tmp_path, name):
    """The message tells which file is wanted and by which setting, and no path."""
    with pytest.raises(
        DatasetMissing, match=r"needs the file \S+ in the datasets folder \(HWR_DATASETS_DIR\)"
    ) as caught:
        load(name, tmp_path, Request(Part.TEST))
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in OPEN_SOURCES if name not in MADE or name == "font-characters"])
def test_it_is_known_who_made_a_set_and_on_what_terms(name):
    """A name, and a licence or what is asked for instead."""
    assert ORIGINS[name]
    assert all(
        re.search(r", (CC BY|MIT|Apache|public domain|free for research|with citation|terms unclear: )", each)
        for each in ORIGINS[name]
    )


@pytest.mark.parametrize("name", ["", "mnist.npz", "../mnist", "Mnist"])
def test_an_unknown_source_is_refused(tmp_path, name):
    """The message names what was asked for and what there is."""
    for ask in (lambda: load(name, tmp_path, Request(Part.TEST)), lambda: find_source(name, places(tmp_path))):
        with pytest.raises(InvalidValue, match=f"There is no data set '{name}'; there are {next(iter(SOURCES))}"):
            ask()


def test_scanned_writers_are_in_one_part_only(archive_file):
    """An archive with writers is split by them."""
    writers = [f"{number:04}" for number in range(30)]
    rows = [{"file": f"{w}.png", "label": "3", "writer": w, "image": png(drawing(3, side=90))} for w in writers]
    file = archive_file(rows)
    sizes = {part: len(load("scanned-digits", file.parent, Request(part))) for part in Part}
    assert sizes == {part: sum(part_of(f"scan {w}") is part for w in writers) for part in Part}
    assert sum(sizes.values()) == 30


def test_pages_to_learn_from_are_not_checked_on(archive_file):
    """An archive with two groups of pages teaches the "val" pages and checks on the others alone."""
    rows = [
        {"file": f"{split}/{n}.png", "label": str(digit), "split": split, "image": png(drawing(digit, side=90))}
        for split, digit in (("val", 1), ("train", 8))
        for n in range(20)
    ]
    file = archive_file(rows, "phone-digits.zip")
    parts = (load("phone-digits", file.parent, Request(part)).labels.tolist() for part in Part)
    learned, validating, testing = parts
    assert learned == [1] * 20
    assert validating + testing == [8] * 20
    assert validating
    assert testing


def test_blank_cells_are_no_digits_and_notes_are_left_out(archive_file):
    """A blank cell with a smudge is "not a digit", one without ink is never seen, small notes may be digits."""
    smudge = png(drawing(4, side=90))
    rows = [
        {"file": "a.png", "label": "blank", "split": "val", "image": smudge},
        {"file": "b.png", "label": "blank", "split": "val", "image": BLANK},
        {"file": "c.png", "label": "candidates", "split": "val", "image": smudge},
        {"file": "d.png", "label": "5", "split": "val", "image": png(drawing(5, side=90))},
    ]
    samples = load("scanned-digits", archive_file(rows).parent, Request(Part.TRAINING))
    assert samples.labels.tolist() == [NOT_A_DIGIT, 5]
    np.testing.assert_array_equal(samples.images[0], normalise(drawing(4, side=90)))


def test_mnist_validates_on_the_last_of_its_training_images(tmp_path):
    """The canonical order decides the parts, and every image passes the normaliser."""
    images = np.stack([255 - drawing(digit, side=28, pen=2) for digit in DIGITS])
    train, test = np.resize(np.arange(10), VALIDATION + 20), np.array([7, 8])
    np.savez(tmp_path / "mnist.npz", x_train=images[train], y_train=train, x_test=images[test], y_test=test)
    learned, validating, testing = (load("mnist", tmp_path, Request(part)) for part in Part)
    assert learned.labels.tolist() == train[:20].tolist()
    assert validating.labels.tolist() == train[20:].tolist()
    assert testing.labels.tolist() == [7, 8]
    np.testing.assert_array_equal(testing.images[0], normalise(images[7]))


def test_neighbours_in_optdigits_stay_together(tmp_path):
    """Blocks of a hundred go to one part as a whole, and each image to one part."""
    labels = np.repeat(np.arange(20) % 10, 100)
    digits = np.stack([(drawing(digit, side=32, pen=3) < 128).astype(np.uint8) for digit in DIGITS])
    np.savez(tmp_path / "optdigits.npz", images=digits[labels] * 255, labels=labels)
    parts = [load("optdigits", tmp_path, Request(part)).labels for part in Part]
    assert sum(map(len, parts)) == 2000
    assert all(len(part) % 100 == 0 for part in parts)


def test_doodles_are_no_digits(tmp_path):
    """Every doodle is in one part, as "not a digit"."""
    np.savez(tmp_path / "doodles.npz", images=np.stack([255 - drawing(3, side=28, pen=2)] * 60))
    parts = [load("doodles", tmp_path, Request(part)).labels for part in Part]
    assert [len(part) for part in parts] == [sum(part_of(f"doodle {n}") is part for n in range(60)) for part in Part]
    assert set(np.concatenate(parts)) == {NOT_A_DIGIT}


def test_noise_is_no_digit_and_repeats_with_its_seed():
    """Noise that looks like ink is labelled so; the same seed makes the same images, another one others."""
    one, same, other = (load("noise", Path(), Request(Part.TEST, seed=seed, limit=60)) for seed in (1, 1, 2))
    assert len(one)
    assert set(one.labels) == {NOT_A_DIGIT}
    np.testing.assert_array_equal(one.images, same.images)
    assert one.images.tobytes() != other.images.tobytes()


def test_marks_are_drawn_half_as_often(stroke_file):
    """Letters and symbols, many as they are, do not outnumber the digits."""
    writer = next(f"w{n}" for n in range(99) if part_of(f"w{n}") is Part.TRAINING)
    file = stroke_file([("A", writer)] * 4, "strokes-symbols.jsonl.gz")
    request = Request(Part.TRAINING, drawings=5, processes=1)
    assert len(load("strokes-symbols", file.parent, request)) == 4 * 3


def test_the_hash_tells_a_file_from_another(tmp_path):
    """The card's hash of a data file is SHA-256 of its bytes."""
    (tmp_path / "mnist.npz").write_bytes(b"abc")
    assert hash_source("mnist", places(tmp_path)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("name", ["strokes-pendigits", "optdigits", "phone-not-a-digit"])
def test_real_data_is_read(datasets, name):
    """The files of the datasets folder give samples that fit their labels."""
    samples = load(name, datasets, Request(Part.TEST))
    assert len(samples) > 20
    assert set(samples.labels) <= ({NOT_A_DIGIT} if name == "phone-not-a-digit" else set(DIGITS))


def test_a_limit_takes_some_by_chance_and_always_the_same(tmp_path):
    """A limited source gives so many images, not just its first ones, and the same ones again."""
    labels = np.repeat(np.arange(20) % 10, 100)
    digits = np.stack([(drawing(digit, side=32, pen=3) < 128).astype(np.uint8) for digit in DIGITS])
    np.savez(tmp_path / "optdigits.npz", images=digits[labels] * 255, labels=labels)
    request = Request(Part.TRAINING, limit=40)
    once, again = ([label for _, label in load_images("optdigits", places(tmp_path), request)] for _ in range(2))
    assert len(once) == 40
    assert len(set(once)) > 5
    assert once == again
