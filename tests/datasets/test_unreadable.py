"""Digits that nobody can read as labelled: each is in its set, and nothing is made of any."""

from collections import Counter

from hwr_core.datasets import archives, mnist, strokes
from hwr_core.datasets.lines.digits import RECORDED, SCANNED, load_digits
from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.samples import Part
from hwr_core.datasets.unreadable import UNREADABLE, image_is_readable, strokes_are_readable

PARTS = (Part.VALIDATION, Part.TEST)


def test_those_of_the_list_are_in_the_sets_once(datasets):
    """A preprocessing that changes them would make the list void, and say nothing."""
    listed = Counter(words.split(":", maxsplit=1)[0] for words in UNREADABLE.values())
    for name in RECORDED:
        recorded = [each for part in PARTS for each in strokes.read_recordings(datasets / name, part)]
        assert sum(not strokes_are_readable(each.strokes) for each in recorded) == listed[name]
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
        assert sum(not image_is_readable(image) for image in of_set) == listed[name]
    assert sum(listed.values()) == sum(listed[name] for name in (*RECORDED, *images))


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
