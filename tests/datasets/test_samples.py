"""Samples belong together, and a writer belongs to one part for ever."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwr_core.datasets.samples import Part, Samples, part_of
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import NOT_A_DIGIT


def samples(*labels: int) -> Samples:
    """Return samples with these labels; each image is filled with its number."""
    images = np.stack([np.full((28, 28), number, np.uint8) for number in range(len(labels))])
    return Samples(images, np.array(labels, np.uint8))


@pytest.mark.parametrize(
    ("writer", "part"),
    [
        ("38a24aa0", Part.TRAINING),
        ("writer 1", Part.VALIDATION),
        ("scan 0001", Part.TRAINING),
        ("scan 0000", Part.TEST),
        ("doodle 7", Part.TRAINING),
        ("doodle 8", Part.VALIDATION),
        ("optdigits 3", Part.TRAINING),
    ],
)
def test_a_writer_stays_in_a_part_for_ever(writer, part):
    """These were assigned once; should one move, models would be checked on what they have learned."""
    assert part_of(writer) is part


def test_the_parts_have_their_sizes():
    """Of many writers about 70 % are learned from, and 15 % each validate and test."""
    counts = Counter(part_of(f"somebody {number}") for number in range(20_000))
    shares = {part: count / 20_000 for part, count in counts.items()}
    assert shares == pytest.approx({Part.TRAINING: 0.7, Part.VALIDATION: 0.15, Part.TEST: 0.15}, abs=0.01)


@given(st.text())
def test_any_name_has_a_part(writer):
    """Names of any script are assigned, the same each time."""
    assert part_of(writer) is part_of(writer)


@pytest.mark.parametrize("shape", [(2, 28, 28), (3, 28, 27), (3, 784), (3, 28, 28, 1)])
def test_arrays_that_do_not_belong_together_are_refused(shape):
    """Three labels need three images of 28x28."""
    with pytest.raises(InvalidValue, match="for 3 labels"):
        Samples(np.zeros(shape, np.uint8), np.zeros(3, np.uint8))


def test_joined_samples_keep_their_order():
    """Several sets behind one another, each image with its label; of none there are none."""
    joined = Samples.join([samples(1, 2), samples(3)])
    assert joined.labels.tolist() == [1, 2, 3]
    assert joined.images[:, 0, 0].tolist() == [0, 1, 0]
    assert len(Samples.join([])) == 0


def test_samples_are_chosen_with_their_labels():
    """By mask or by index, an image keeps its label."""
    mixed = samples(4, NOT_A_DIGIT, 6)
    for chosen in (mixed.where(np.array([0, 2])), mixed.where(mixed.labels < NOT_A_DIGIT)):
        assert chosen.labels.tolist() == [4, 6]
        assert chosen.images[:, 0, 0].tolist() == [0, 2]
