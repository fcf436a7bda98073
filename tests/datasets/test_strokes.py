"""Recorded strokes are split by writer and drawn as people draw."""

import numpy as np
import pytest

from hwr_core.datasets.samples import Part, Samples, part_of
from hwr_core.datasets.strokes import (
    PLAIN,
    READS_AS_A_DIGIT,
    VARIED,
    Recording,
    draw_recording,
    draw_recordings,
    read_recordings,
)
from hwr_core.datasets.styles import HABITS, with_habit
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT
from tests.handwriting import hand_made_strokes

WRITERS = [f"writer {number}" for number in range(40)]
LEARNED_FROM = next(writer for writer in WRITERS if part_of(writer) is Part.TRAINING)


def test_no_writer_is_in_two_parts(stroke_file):
    """All recordings of a writer go to one part, and none is lost."""
    file = stroke_file([(digit, writer) for writer in WRITERS for digit in (1, 7)])
    counts = {part: len(list(read_recordings(file, part))) for part in Part}
    assert counts == {part: 2 * sum(part_of(writer) is part for writer in WRITERS) for part in Part}
    assert min(counts.values()) > 0


def test_what_anybody_may_read_as_a_digit_is_left_out(stroke_file):
    """An O, an l or a bar is taught neither as a digit nor as none; other letters are no digits; numerals are."""
    labels = [*sorted(READS_AS_A_DIGIT), "A", "x", "?", 3, "5"]
    file = stroke_file([(label, LEARNED_FROM) for label in labels])
    found = [recording.label for recording in read_recordings(file, Part.TRAINING)]
    assert found == [NOT_A_DIGIT, NOT_A_DIGIT, NOT_A_DIGIT, 3, 5]


@pytest.mark.parametrize("name", ["strokes-unipen.jsonl.gz", "strokes-pendigits.jsonl.gz"])
def test_strokes_come_with_y_downwards(stroke_file, name):
    """Whether a file counts y upwards or downwards, a 7 has its bar at the top."""
    file = stroke_file([(7, LEARNED_FROM)], name=name, up="pendigits" in name)
    (recording,) = read_recordings(file, Part.TRAINING)
    (stroke,) = recording.strokes
    assert stroke[0, 1] < stroke[-1, 1]
    assert np.ptp(stroke, axis=0) == pytest.approx(np.ptp(hand_made_strokes(7)[0], axis=0) * 1000, abs=2)


def test_each_recording_is_drawn_so_many_times(stroke_file):
    """Labels repeat with the drawings, and no two drawings of a recording are alike."""
    recordings = list(read_recordings(stroke_file([(d, LEARNED_FROM) for d in DIGITS]), Part.TRAINING))
    drawn = Samples.join(draw_recordings(recordings, times=3, pens=VARIED, seed=0, processes=1))
    assert drawn.labels.tolist() == [*DIGITS] * 3
    assert len(np.unique(drawn.images.reshape(30, -1), axis=0)) == 30


def test_the_same_seed_draws_alike(stroke_file):
    """Seed and number of processes: only the first changes what is drawn."""
    recordings = list(read_recordings(stroke_file([(d, LEARNED_FROM) for d in DIGITS]), Part.TRAINING))
    one, same, other = (
        Samples.join(draw_recordings(recordings, times=2, pens=PLAIN, seed=seed, processes=processes)).images
        for seed, processes in ((1, 1), (1, 2), (2, 2))
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_no_recordings_give_no_samples():
    """A part that nobody belongs to is empty, not an error."""
    assert list(draw_recordings([], times=2, pens=PLAIN, seed=0, processes=1)) == []


def test_drawings_for_checking_are_upright():
    """PLAIN only chooses size, place and pen: the proportions of the writing stay."""
    strokes = hand_made_strokes(2)
    expected = np.ptp(np.concatenate(strokes), axis=0)
    for seed in range(5):
        rows, columns = np.nonzero(draw_recording(Recording(2, strokes), PLAIN, np.random.default_rng(seed)) < 128)
        assert np.ptp(rows) > np.ptp(columns)
        assert np.ptp(columns) / np.ptp(rows) == pytest.approx(expected[0] / expected[1], abs=0.15)


@pytest.mark.parametrize("digit", HABITS)
def test_some_digits_are_drawn_as_another_school_writes_them(digit):
    """About as often as the table says, a zero gets its slash, a one its foot or flag, a seven its bar."""
    strokes, rng = hand_made_strokes(digit), np.random.default_rng(digit)
    drawn = [with_habit(digit, strokes, rng) for _ in range(2_000)]
    assert {len(each) - len(strokes) for each in drawn} == {0, 1}
    share = np.mean([len(each) > len(strokes) for each in drawn])
    assert share == pytest.approx(HABITS[digit][0], abs=0.03)


def test_an_added_stroke_crosses_the_digit():
    """The bar of a seven lies within its height, whatever unit the strokes are recorded in."""
    rng = np.random.default_rng(0)
    strokes = [stroke * 5_000 + 300 for stroke in hand_made_strokes(7)]
    points = np.concatenate(strokes)
    bars = [drawn[-1] for _ in range(300) if len(drawn := with_habit(7, strokes, rng)) > len(strokes)]
    assert bars
    assert all(points[:, 1].min() < bar[:, 1].mean() < points[:, 1].max() for bar in bars)


def test_what_is_no_digit_has_no_habits():
    """A letter stays as it was written."""
    strokes, rng = hand_made_strokes(4), np.random.default_rng(0)
    assert all(len(with_habit(NOT_A_DIGIT, strokes, rng)) == len(strokes) for _ in range(50))
