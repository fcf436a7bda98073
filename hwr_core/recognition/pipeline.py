"""The way of an image: bytes -> decode -> preprocess -> recogniser -> Prediction, straight through."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr_core.errors import HwrError, ImageError, InvalidValue, WorkerLost
from hwr_core.images.decode import Limits, PageImage, decode, decode_pages
from hwr_core.images.normalise import StageImage, check_enhancement_level, normalise_or_none, stages
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.acceptance import MAX_ERROR, check_max_error, least_confidence
from hwr_core.recognition.page_reader import PagePrediction, joint_confidence, read_page, shows_several
from hwr_core.recognition.patterns import Pattern
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.saliency import saliency
from hwr_core.recognition.types import NumberPrediction, Prediction, Timings, Verdict
from hwr_core.recognition.workers.pool import Workers
from hwr_core.registry.registry import ModelVersion
from hwr_core.scripts.script import AUTO, WESTERN, values_of

OnPage: TypeAlias = Callable[[NumberPrediction], object]
"""Called after each page of a document with all that is read so far."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an image was read as it was: every stage of its preprocessing, and how much each pixel of the 28x28 matters.

    `saliency` is float32 [28, 28] in -1 to 1, as `hwr_core.recognition.saliency` says; None when there is no ink.
    """

    stages: tuple[StageImage, ...]
    prediction: Prediction
    saliency: NDArray[np.float32] | None


class Reader:
    """A recogniser with the limits on the files that it accepts. Safe to use from many threads."""

    def __init__(
        self, recogniser: Recogniser, limits: Limits, *, workers: Workers | None = None, folder: str = ""
    ) -> None:
        """Read with a recogniser.

        Args:
            recogniser: one model version.
            limits: how large files may be.
            workers: processes that read in place of this one, whenever they can.
            folder: of the model version, for them.
        """
        self.recogniser = recogniser
        self._limits = limits
        self._workers = workers
        self._folder = folder
        Image.MAX_IMAGE_PIXELS = None  # Reader checks its own limit on every header; Pillow would warn on stderr too
        cv2.setNumThreads(1)  # images this small gain nothing: OpenCV's threads only get in the way of ours

    @classmethod
    def load(cls, version: ModelVersion, limits: Limits, workers: Workers | None = None) -> Self:
        """Return the reader of a model version. Raises ModelUnavailable."""
        return cls(Recogniser.load(version), limits, workers=workers, folder=str(version.folder))

    def read(self, image: bytes, enhancement_level: float = 1.0, script: str = WESTERN) -> Prediction:
        """Read one image file; a blank one gives the verdict "no ink".

        Raises:
            ImageError: the bytes cannot be read as an image within the limits.
            InvalidValue: `enhancement_level` is out of range, or the version does not read this script.
            WorkerLost: processes that read the image were ended again and again.
        """
        self.recogniser.confirm_script(script)
        begun = self._by_worker(image, enhancement_level, script)
        return self._read(image, enhancement_level, script) if begun is None else begun.result()

    def start(self, image: bytes, enhancement_level: float = 1.0, script: str = WESTERN) -> Future[Prediction]:
        """Start `read` and return at once; InvalidValue for a script that is not read is raised at once, too."""
        self.recogniser.confirm_script(script)
        begun = self._by_worker(image, enhancement_level, script)
        return begun or self.recogniser.start(partial(self._read, image, enhancement_level, script))

    def _by_worker(self, image: bytes, enhancement_level: float, script: str) -> Future[Prediction] | None:
        if self._workers is None:
            return None
        return self._workers.read(self._folder, image, enhancement_level, script)

    def _read(self, image: bytes, enhancement_level: float, script: str) -> Prediction:
        started = time.perf_counter()
        grey = decode(image, self._limits)
        seen = normalise_or_none(grey, enhancement_level)
        preprocessing = time.perf_counter() - started
        if seen is None:
            return self._without_ink(preprocessing, script)
        prediction = self.recogniser.read([seen], script)[0]
        refused = prediction.verdict is Verdict.NOT_A_DIGIT and prediction.script == WESTERN
        several = refused and shows_several(PageImage(grey, 1.0), self.recogniser, enhancement_level)
        inference = time.perf_counter() - started - preprocessing
        return replace(prediction, timings=Timings(preprocessing, inference), several_digits=several)

    def read_all(
        self, images: Sequence[bytes], enhancement_level: float = 1.0, script: str = WESTERN
    ) -> list[Prediction | HwrError]:
        """Read many image files on all cores, in order; one that cannot be read gives its error in its place."""
        self.recogniser.confirm_script(script)
        begun = [self.start(image, enhancement_level, script) for image in images]
        return [_prediction_or_error(each) for each in begun]

    def explain(self, image: bytes, enhancement_level: float = 1.0, script: str = WESTERN) -> Explanation:
        """Read one image file and say why it was read so, in some 400 predictions. Raises what `read` raises."""
        prediction = self.read(image, enhancement_level, script)
        way = stages(decode(image, self._limits), enhancement_level)
        found = None if prediction.seen is None else saliency(prediction.seen, self.recogniser, prediction.script)
        return Explanation(tuple(way), prediction, found)

    def read_number(  # noqa: PLR0913  all but two by name
        self,
        document: bytes,
        enhancement_level: float = 1.0,
        *,
        boxes: Sequence[Box] | None = None,
        max_error: float = MAX_ERROR,
        pattern: Pattern | None = None,
        script: str = WESTERN,
        on_progress: OnProgress = lambda _: None,
        on_page: OnPage = lambda _: None,
    ) -> NumberPrediction:
        """Read all digits of an image, or of each page of a TIFF or PDF document, in reading order.

        Args:
            document: the file.
            enhancement_level: 0 to 3, as for `read`.
            boxes: where the digits of the only page stand, if known; they are looked for otherwise.
            max_error: the share of accepted lines that may be wrong, above 0 and at most 0.5.
            pattern: what each line may be. Digits that fit are preferred, and what does not fit is never accepted.
            script: the script of the digits, or AUTO for the one that most of each page speaks for.
            on_progress: called with the share that is done before each line; what it raises stops the prediction.
            on_page: called after each page with all that is read so far.

        Raises:
            ImageError: the bytes cannot be read as an image or a document within the limits.
            InvalidValue: `enhancement_level` or `max_error` is out of range, boxes are given for more than one page, or
                the version does not read this script.
            ModelUnavailable: the model version reads single digits only, and no boxes are given.
        """
        check_max_error(max_error)
        options: dict[str, Any] = {"boxes": boxes, "max_error": max_error, "pattern": pattern, "script": script}
        calls: dict[str, Any] = {"on_progress": on_progress, "on_page": on_page}
        found = self._workers and self._workers.read_number(self._folder, document, enhancement_level, options, **calls)
        return found or self._read_number(document, enhancement_level, **options, **calls)

    def _read_number(  # noqa: PLR0913  all but two by name
        self,
        document: bytes,
        enhancement_level: float,
        *,
        boxes: Sequence[Box] | None,
        max_error: float,
        pattern: Pattern | None,
        script: str,
        on_progress: OnProgress,
        on_page: OnPage,
    ) -> NumberPrediction:
        started = time.perf_counter()
        # Of digits whose places are given, and in other scripts, the confidence is their own: no model of whole lines
        # has a part in it.
        fitted = boxes is None and script == WESTERN
        least = least_confidence(self.recogniser.acceptance if fitted else None, max_error)
        pages: list[PagePrediction] = []
        number = self._joined(pages, started, least)
        for page in self.read_pages(
            document, enhancement_level, boxes=boxes, pattern=pattern, script=script, on_progress=on_progress
        ):
            pages.append(page)
            number = self._joined(pages, started, least)
            on_page(number)
        return number

    def read_pages(  # noqa: PLR0913  all but two by name
        self,
        document: bytes,
        enhancement_level: float = 1.0,
        *,
        boxes: Sequence[Box] | None = None,
        pattern: Pattern | None = None,
        script: str = WESTERN,
        on_progress: OnProgress = lambda _: None,
    ) -> Iterator[PagePrediction]:
        """Yield the digits of each page of a document as soon as they are read.

        Takes and raises the same as `read_number`; which lines are accepted is said there.
        """
        check_enhancement_level(enhancement_level)
        self.recogniser.confirm_script(script)
        on_progress(0.0)
        lines = 0
        for number, image in enumerate(decode_pages(document, self._limits)):
            if boxes is not None and number:
                raise InvalidValue("Boxes can be given only for a document of one page.")
            page = read_page(
                image,
                self.recogniser,
                enhancement_level=enhancement_level,
                boxes=boxes,
                number=number,
                first_line=lines,
                pattern=pattern,
                script=script,
                on_progress=_part(on_progress, number, image.of),
            )
            lines += len(page.lines)
            on_progress((number + 1) / image.of)
            yield page

    def _joined(self, pages: Sequence[PagePrediction], started: float, least: float) -> NumberPrediction:
        """The digits of several pages together; what is at least so probable is accepted."""
        lines = [
            replace(line, accept=line.confidence >= least and line.fits is not False)
            for page in pages
            for line in page.lines
        ]
        fits = [line.fits for line in lines if line.fits is not None]
        return NumberPrediction(
            text="\n".join(line.text for line in lines),
            confidence=joint_confidence(lines),
            accept=joint_confidence(lines) >= least and all(fits),
            fits=all(fits) if fits else None,
            digits=tuple(digit for page in pages for digit in page.digits),
            lines=tuple(lines),
            pages=len(pages),
            model_version=self.recogniser.version,
            script=pages[0].script if pages else WESTERN,
            seconds=time.perf_counter() - started,
            warnings=tuple(
                f"Page {number}: {warning}" if page.of > 1 else warning
                for number, page in enumerate(pages, start=1)
                for warning in page.warnings
            ),
        )

    def _without_ink(self, preprocessing: float, script: str) -> Prediction:
        script = WESTERN if script == AUTO else script
        return Prediction(
            verdict=Verdict.NO_INK,
            digit=None,
            confidence=0.0,
            probabilities=(0.0,) * len(values_of(script)),
            seen=None,
            model_version=self.recogniser.version,
            timings=Timings(preprocessing=preprocessing, inference=0.0),
            script=script,
        )


def _prediction_or_error(begun: Future[Prediction]) -> Prediction | HwrError:
    try:
        return begun.result()
    except (ImageError, WorkerLost) as error:
        return error


def _part(on_progress: OnProgress, number: int, of: int) -> OnProgress:
    """Make the progress on one of several pages that on all of them."""
    return lambda share: on_progress((number + share) / of)
