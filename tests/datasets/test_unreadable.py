"""Digits that nobody can read as labelled: each is in its set, and nothing is made of any."""

import gzip
import json
from collections import Counter

import numpy as np

from hwr_core.datasets import archives, mnist
from hwr_core.datasets.lines.digits import RECORDED, SCANNED, load_digits
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.samples import Part
from hwr_core.datasets.unreadable import SHOW_A_DIGIT, UNREADABLE, image_is_readable, strokes_are_readable

PARTS = (Part.VALIDATION, Part.TEST)


def recordings(file):
    """Yield the strokes of all recordings of a file, y downwards."""
    flip = np.array([1.0, -1.0 if "pendigits" in file.name else 1.0], np.float32)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield [np.asarray(stroke, np.float32).reshape(-1, 2) * flip for stroke in json.loads(line)["strokes"]]


def test_those_of_the_list_are_in_the_sets_once(datasets):
    """A preprocessing that changes them would make the list void, and say nothing."""
    listed = Counter(words.split(":", maxsplit=1)[0] for words in (UNREADABLE | SHOW_A_DIGIT).values())
    for name in RECORDED:
        assert sum(not strokes_are_readable(each) for each in recordings(datasets / name)) == listed.pop(name, 0)
    for name in [name for name in listed if name.startswith("strokes")]:
        assert sum(not strokes_are_readable(each) for each in recordings(datasets / f"{name}.jsonl.gz")) == listed.pop(
            name
        )
    for name in [name for name in listed if name.startswith(("digits", "characters", "numerals"))]:
        with np.load(datasets / f"{name}.npz") as archive:
            found = {image.tobytes() for image in archive["images"] if not image_is_readable(image)}
        assert len(found) == listed.pop(name)  # one is there twice
    file = datasets / SCANNED
    images = {
        "mnist": [image for part in PARTS for image in mnist.load_mnist(datasets / mnist.FILE, part)[0]],
        "scanned": [
            image
            for part in PARTS
            for image in normalised_samples(archives.images(file, archives.rows(file, part))).images
        ],
    }
    for name, of_set in images.items():
        assert sum(not image_is_readable(image) for image in of_set) == listed.pop(name)
    assert not listed


def test_nothing_is_made_of_them(datasets):
    """Neither lines nor pages; all others are there."""
    for part in PARTS:
        digits, writers = load_digits(datasets, part), Writers.of(datasets, part)
        recorded = [each for source in (digits.recordings, writers.digits) for of in source.values() for each in of]
        assert all(strokes_are_readable(each.strokes) for each in recorded)
        assert all(
            image_is_readable(image) for of in (digits.images, writers.images) for same in of.values() for image in same
        )
        assert len(recorded) > 1000
