"""The way of a picture: bytes -> decode -> normalise -> recogniser -> Reading. Each stage once, none looking back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr_core.errors import NoInk, PictureError
from hwr_core.images.decode import Limits, decode
from hwr_core.images.normalise import normalise
from hwr_core.images.stages import Stage, stages
from hwr_core.recognition.explain import saliency
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.records import DIGITS, Grey, Reading, Timings, Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a picture was read as it was: its way to the 28x28, and how much each place of that matters.

    `saliency` is float32 [28, 28] in -1 to 1, as `hwr_core.recognition.explain` says; None when there is no ink.
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
        seen = self._prepare(picture, enhancement_level)
        preprocessing = time.perf_counter() - started
        if seen is None:
            return self._without_ink(preprocessing)
        reading = self.recogniser.read([seen])[0]
        return replace(reading, timings=replace(reading.timings, preprocessing=preprocessing))

    def read_all(self, pictures: Sequence[bytes], enhancement_level: float = 1.0) -> list[Reading | PictureError]:
        """Read many picture files on all cores, in order; one that cannot be read gives its error in its place."""
        return self.recogniser.spread(lambda picture: self._read_or_error(picture, enhancement_level), pictures)

    def explain(self, picture: bytes, enhancement_level: float = 1.0) -> Explanation:
        """Read one picture file and say why it was read so, in some 400 readings. Raises what `read` raises."""
        reading = self.read(picture, enhancement_level)
        way = stages(decode(picture, self._limits), enhancement_level)
        found = None if reading.seen is None else saliency(reading.seen, self.recogniser)
        return Explanation(tuple(way), reading, found)

    def _read_or_error(self, picture: bytes, enhancement_level: float) -> Reading | PictureError:
        try:
            return self.read(picture, enhancement_level)
        except PictureError as error:
            return error

    def _prepare(self, picture: bytes, enhancement_level: float) -> Grey | None:
        grey = decode(picture, self._limits)
        try:
            return normalise(grey, enhancement_level)
        except NoInk:
            return None

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
