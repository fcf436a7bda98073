"""The way of a picture: bytes -> decode -> normalise -> recogniser -> Reading. Each stage once, none looking back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr_core.errors import InvalidValue, NoInk, PictureError
from hwr_core.images.decode import Limits, PageImage, decode, decode_pages
from hwr_core.images.normalise import check_enhancement_level, normalise
from hwr_core.images.stages import Stage, stages
from hwr_core.images.types import Box, Grey, OnProgress
from hwr_core.recognition.numbers import joint_confidence, read_page
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.saliency import saliency
from hwr_core.recognition.types import DIGITS, FoundDigit, NumberLine, NumberReading, Reading, Timings, Verdict
from hwr_core.shown import Shown

PLAIN_NUMBER = 0.5
"""Confidence from which on a refused picture that reads as a number is said to hold several digits."""


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why a picture was read as it was: its way to the 28x28, and how much each place of that matters.

    `saliency` is float32 [28, 28] in -1 to 1, as `hwr_core.recognition.saliency` says; None when there is no ink.
    """

    stages: tuple[Stage, ...]
    reading: Reading
    saliency: NDArray[np.float32] | None


class Reader:
    """A recogniser together with the limits on what it is given. Safe to use from many threads."""

    def __init__(self, recogniser: Recogniser, limits: Limits) -> None:
        self.recogniser = recogniser
        self._limits = limits
        Image.MAX_IMAGE_PIXELS = None  # our own limit is checked on every header; Pillow would warn on stderr too
        cv2.setNumThreads(1)  # pictures this small are not worth sharing out: OpenCV's threads only got in our way

    def read(self, picture: bytes, enhancement_level: float = 1.0) -> Reading:
        """Read one picture file; a blank one gives the verdict "no ink".

        Raises:
            PictureError: the bytes cannot be read as a picture within the limits.
            InvalidValue: `enhancement_level` is out of range.
        """
        started = time.perf_counter()
        grey = decode(picture, self._limits)
        seen = _normalised(grey, enhancement_level)
        preprocessing = time.perf_counter() - started
        if seen is None:
            return self._without_ink(preprocessing)
        reading = self.recogniser.read([seen])[0]
        several = reading.verdict is Verdict.NOT_A_DIGIT and self._shows_several(grey, enhancement_level)
        inference = time.perf_counter() - started - preprocessing
        return replace(reading, timings=Timings(preprocessing, inference), several_digits=several)

    def read_all(self, pictures: Sequence[bytes], enhancement_level: float = 1.0) -> list[Reading | PictureError]:
        """Read many picture files on all cores, in order; one that cannot be read gives its error in its place."""
        return self.recogniser.spread(lambda picture: self._read_or_error(picture, enhancement_level), pictures)

    def explain(self, picture: bytes, enhancement_level: float = 1.0) -> Explanation:
        """Read one picture file and say why it was read so, in some 400 readings. Raises what `read` raises."""
        reading = self.read(picture, enhancement_level)
        way = stages(decode(picture, self._limits), enhancement_level)
        found = None if reading.seen is None else saliency(reading.seen, self.recogniser)
        return Explanation(tuple(way), reading, found)

    def read_number(
        self,
        document: bytes,
        enhancement_level: float = 1.0,
        *,
        boxes: Sequence[Box] | None = None,
        on_progress: OnProgress = lambda _: None,
    ) -> NumberReading:
        """Read all digits of a picture, or of each page of a TIFF or PDF document, in reading order.

        Args:
            document: the file.
            enhancement_level: 0 to 3, as for `read`.
            boxes: where the digits of the only page stand, if that is known; they are looked for when not given.
            on_progress: hears of the share that is done, after each page; what it raises stops the reading.

        Raises:
            PictureError: the bytes cannot be read as a picture or a document within the limits.
            InvalidValue: `enhancement_level` is out of range, or boxes are given for more than one page.
            ModelUnavailable: the model version reads single digits only, and no boxes are given.
        """
        started = time.perf_counter()
        check_enhancement_level(enhancement_level)
        digits: list[FoundDigit] = []
        lines: list[NumberLine] = []
        pages = 0
        for number, image in enumerate(decode_pages(document, self._limits)):
            if boxes is not None and number:
                raise InvalidValue("Boxes are given for a document of several pages; they are of one page.")
            page = read_page(
                image,
                self.recogniser,
                enhancement_level=enhancement_level,
                boxes=boxes,
                number=number,
                first_line=len(lines),
            )
            digits += page.digits
            lines += page.lines
            pages = number + 1
            on_progress(pages / image.of)
        return NumberReading(
            text="\n".join(line.text for line in lines),
            confidence=joint_confidence(lines),
            digits=tuple(digits),
            lines=tuple(lines),
            pages=pages,
            model_version=self.recogniser.version,
            seconds=time.perf_counter() - started,
        )

    def _read_or_error(self, picture: bytes, enhancement_level: float) -> Reading | PictureError:
        try:
            return self.read(picture, enhancement_level)
        except PictureError as error:
            return error

    def _shows_several(self, grey: Grey, enhancement_level: float) -> bool:
        """Tell whether a picture that is no digit is two or more of them; only those refused are looked at again."""
        if not self.recogniser.reads_lines:
            return False
        page = read_page(PageImage(grey, 1.0), self.recogniser, enhancement_level=enhancement_level)
        return len(page.digits) > 1 and joint_confidence(page.lines) >= PLAIN_NUMBER

    def _without_ink(self, preprocessing: float) -> Reading:
        return Reading(
            verdict=Verdict.NO_INK,
            digit=None,
            confidence=0.0,
            probabilities=(0.0,) * len(DIGITS),
            seen=None,
            model_version=self.recogniser.version,
            timings=Timings(preprocessing=preprocessing, inference=0.0),
        )


def _normalised(grey: Grey, enhancement_level: float) -> Grey | None:
    try:
        return normalise(grey, enhancement_level)
    except NoInk:
        return None
