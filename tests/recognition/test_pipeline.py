"""The way of an image, from the bytes of a file to a Reading."""

from collections.abc import Iterator

import numpy as np
import pytest

from hwr_core.errors import ImageError, ImageTooLarge, InvalidValue, NotAnImage
from hwr_core.images.decode import Limits, decode
from hwr_core.images.normalise import normalise
from hwr_core.recognition.pipeline import Reader
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS, Reason, Verdict
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, number, png

BLANK = png(np.full((280, 280), 255, np.uint8))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The version shipped, with limits that a test can reach."""
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion())
    yield Reader(recogniser, Limits(max_bytes=100_000, max_pixels=280 * 280))
    recogniser.close()


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("inverted", [False, True], ids=["black on white", "white on black"])
def test_a_drawing_is_read(reader, digit, inverted):
    """A drawing anywhere on the canvas, in black or in white, is read as the digit it is."""
    image = drawing(digit, fill=0.45, at=(0.8, 0.2))
    assert reader.read(png(255 - image if inverted else image)).digit == digit


def test_a_prediction_says_what_was_seen_and_by_whom(reader):
    """The prediction carries the 28x28 that the model saw, the model's version, and the time of both stages."""
    content = png(drawing(6))
    prediction = reader.read(content)
    np.testing.assert_array_equal(prediction.seen, normalise(decode(content)))
    assert prediction.model_version == reader.recogniser.version
    assert prediction.timings.preprocessing > 0
    assert prediction.timings.inference > 0
    assert prediction.timings.total == prediction.timings.preprocessing + prediction.timings.inference


def test_a_blank_canvas_has_no_ink(reader):
    """Nothing written is neither an error nor a digit: no confidence, ten zeros, no image."""
    prediction = reader.read(BLANK)
    assert (prediction.verdict, prediction.digit, prediction.confidence) == (Verdict.NO_INK, None, 0)
    assert prediction.probabilities == (0.0,) * 10
    assert prediction.seen is None
    assert prediction.timings.preprocessing > 0


def test_the_enhancement_level_reaches_the_normaliser(reader):
    """The level is used for what the model sees, and one out of range is refused."""
    rough = np.random.default_rng(0).normal(drawing(4, pen=12) * 0.3 + 150, 12).clip(0, 255).astype(np.uint8)
    content = png(rough)
    np.testing.assert_array_equal(reader.read(content, 2.0).seen, normalise(rough, 2.0))
    assert (reader.read(content, 0.0).seen != normalise(rough, 2.0)).any()
    for level in (-1, 3.5, float("nan")):
        with pytest.raises(InvalidValue):
            reader.read(content, level)


def test_the_limits_reach_the_decoder(reader):
    """What is over the reader's own limits is refused."""
    with pytest.raises(ImageTooLarge, match="78,400 in all"):
        reader.read(png(drawing(1, side=281)))
    with pytest.raises(ImageTooLarge, match="100,000"):
        reader.read(bytes(100_001))


@pytest.mark.parametrize("copies", [0, 1, 3, 8])
def test_a_batch_is_answered_in_order_and_a_bad_file_fails_alone(reader, copies):
    """Many files give one outcome each, in the order given: a prediction, or the file's own error."""
    outcomes = reader.read_all([png(drawing(3)), b"no image", BLANK, png(drawing(7))] * copies)
    assert len(outcomes) == 4 * copies
    for three, bad, blank, seven in zip(*[iter(outcomes)] * 4, strict=True):
        assert (three.digit, seven.digit, blank.verdict) == (3, 7, Verdict.NO_INK)
        assert isinstance(bad, NotAnImage)


def test_a_batch_reads_as_single_files_do(reader):
    """Each outcome of a batch says what reading the file alone says."""
    files = [png(drawing(digit, pen=9 + digit)) for digit in DIGITS]
    together = reader.read_all(files, 1.5)
    assert not [outcome for outcome in together if isinstance(outcome, ImageError)]
    assert [each.probabilities for each in together] == [reader.read(file, 1.5).probabilities for file in files]


def test_a_wrong_level_fails_the_whole_batch(reader):
    """The level belongs to the call, not to a file."""
    with pytest.raises(InvalidValue, match="enhancement_level"):
        reader.read_all([BLANK, png(drawing(1))], 9)


def test_more_than_one_digit_is_refused_with_that_reason(reader):
    """Two digits are no digit, and the prediction says why."""
    refused = [reader.read(png(number(text, side=140))) for text in ("42", "58", "36")]
    assert [prediction.verdict for prediction in refused] == [Verdict.NOT_A_DIGIT] * 3
    assert [prediction.reason for prediction in refused] == [Reason.SEVERAL_DIGITS] * 3


def test_a_ring_with_a_dot_is_refused_without_a_search_of_the_page(reader, monkeypatch):
    """The page network takes twenty times as long as all else; what its foreground shows as one thing needs none."""
    looked = []
    monkeypatch.setattr(reader.recogniser, "page_maps", looked.append)
    rows, columns = np.ogrid[:280, :280]
    distance = np.hypot(rows - 140, columns - 140)
    ring = np.where((abs(distance - 90) < 8) | (distance < 20), 0, 255).astype(np.uint8)
    assert reader.read(png(ring)).reason is Reason.NOT_A_DIGIT
    assert not looked


def test_each_other_reason_is_that_of_its_verdict(reader):
    """No ink is no ink; a digit needs no reason."""
    assert reader.read(BLANK).reason is Reason.NO_INK
    assert reader.read(png(drawing(3))).reason is None
