"""The recogniser: 28x28 images in, predictions out, by LiteRT."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.networks import DigitNetwork, LineNetwork, PageNetwork, Pool
from hwr_core.recognition.scripts.reader import ScriptReader
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.types import CLASSES, Prediction, ScriptCandidate, Timings, Verdict
from hwr_core.registry.card import Acceptance, Decision
from hwr_core.registry.registry import LINES_LITERT, LITERT, PAGES_LITERT, ModelVersion
from hwr_core.scripts.script import AUTO, WESTERN, Script, find_script, values_of

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_SPREADING = 4
"""From this many images on, a batch is spread over the cores."""


class Recogniser:
    """One model version, ready to read. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913  what a version consists of, by name
        self,
        model: bytes,
        decision: Decision,
        version: str,
        *,
        cores: int | None = None,
        lines: bytes | None = None,
        pages: bytes | None = None,
        acceptance: Acceptance | None = None,
        scripts: ScriptReader | None = None,
    ) -> None:
        self.version = version
        self.acceptance = acceptance
        self._decision = decision
        self._cores = cores or os.cpu_count() or 1
        self._networks = Pool(lambda: DigitNetwork(model), self._cores)
        self._line_networks = None if lines is None else Pool(lambda: LineNetwork(lines), self._cores)
        self._page_networks = None if pages is None else Pool(lambda: PageNetwork(pages), self._cores)
        self._scripts = scripts
        self._threads = Threads(self._cores, thread_name_prefix="recogniser")

    @classmethod
    def load(cls, version: ModelVersion, cores: int | None = None) -> Self:
        """Load a version's LiteRT files, for all cores unless a number is given.

        Raises:
            ModelUnavailable: a file is missing, damaged or not a model of its kind.
        """
        content = version.read_file(LITERT)
        lines, pages = (
            version.read_file(name) if name in version.card.files else None for name in (LINES_LITERT, PAGES_LITERT)
        )
        acceptance = version.card.lines.acceptance if version.card.lines else None
        name, decision = version.name, version.card.decision
        try:
            scripts = ScriptReader.load(version, cores or os.cpu_count() or 1)
            return cls(
                content, decision, name, cores=cores, lines=lines, pages=pages, acceptance=acceptance, scripts=scripts
            )
        except (ValueError, RuntimeError) as error:
            raise ModelUnavailable(f"Model version {version.name} cannot be loaded by LiteRT.") from error

    @property
    def scripts(self) -> list[Script]:
        """The scripts that can be read, the Western one first."""
        return [find_script(WESTERN), *(self._scripts.scripts if self._scripts else ())]

    def confirm_script(self, script: str) -> None:
        """Raise InvalidValue for a script that this version does not read."""
        if script == WESTERN:  # as nearly all are
            return
        names = [each.name for each in self.scripts]
        if script not in names and (script != AUTO or len(names) == 1):
            allowed = ", ".join([*names, AUTO] if len(names) > 1 else names)
            raise InvalidValue(f"script is {script!r}; the model version that is served reads {allowed}.")

    def read(self, images: Sequence[Grey], script: str = WESTERN) -> list[Prediction]:
        """Return a prediction of each image, in the same order.

        Args:
            images: uint8, 28x28, ink bright on black, as `normalise` makes them.
            script: the name of a script, or AUTO for whichever an image shows.

        Raises:
            InvalidValue: an image is not 28x28, or the version does not read this script.
        """
        self.confirm_script(script)
        for image in images:
            if image.shape != (SIDE, SIDE):
                raise InvalidValue(f"An image is {image.shape}; ({SIDE}, {SIDE}) is needed.")
        read = partial(self._read, script=script)
        return self.spread(read, images) if len(images) >= WORTH_SPREADING else [*map(read, images)]

    def shares(self, images: Sequence[Grey]) -> NDArray[np.float32]:
        """Return the probability of each digit and, last, of "not a digit": float32 [n, 11], each row summing to 1.

        Args:
            images: uint8, 28x28, as `read` takes them.
        """
        found = self.spread(self.shares_of, images)
        return np.stack(found) if found else np.zeros((0, CLASSES), np.float32)

    @property
    def reads_lines(self) -> bool:
        """Whether the version has a network for lines of digits."""
        return self._line_networks is not None

    def columns(self, strip: Grey) -> NDArray[np.float32]:
        """Return the logits of each column of a line: the ten digits and none, float32 [columns, 11].

        Args:
            strip: uint8 [32, width, 2], as `hwr_core.images.lines.strips.strip` makes it; a column stands for two
                pixels. Of a version from before strips showed more than ink, the network is given the ink.

        Raises:
            ModelUnavailable: the version has no network of lines.
        """
        if self._line_networks is None:
            raise ModelUnavailable(
                f"Model version {self.version} reads single digits only: it has no network for lines of digits. "
                "Promote one that has, or say where the digits stand."
            )
        with self._line_networks.one() as network:
            return network.run(strip)

    @property
    def finds_numbers(self) -> bool:
        """Whether the version has a network that finds the numbers on a page."""
        return self._page_networks is not None

    def page_maps(self, page: Grey) -> NDArray[np.float32]:
        """Return what the page network makes of a page, float32 [height / 2, width / 2, 7].

        Args:
            page: uint8, its sides multiples of 32; `hwr_core.images.pages` names the maps.
        """
        assert self._page_networks is not None, "callers ask finds_numbers first"
        with self._page_networks.one() as network:
            return network.run(page)

    def spread(self, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Do work on each item on all cores, results in order. The work must not call `spread` again."""
        return list(self._threads.map(work, items))

    def start(self, work: Callable[[], Result]) -> Future[Result]:
        """Do one piece of work as soon as a core is free: more threads than cores read a third fewer images."""
        return self._threads.submit(work)

    def _read(self, image: Grey, script: str) -> Prediction:
        started = time.perf_counter()
        if self._scripts and script == AUTO:
            prediction = self._read_any(image, self._scripts)
        else:
            prediction = self._read_in(image, script)
        return replace(prediction, timings=Timings(preprocessing=0.0, inference=time.perf_counter() - started))

    def _read_any(self, image: Grey, scripts: ScriptReader) -> Prediction:
        """Read an image in the script that it most probably shows.

        Where the script is not sure, the digit is as sure as all scripts together are of its value: a ring is a 0 in
        most of them.
        """
        choice = scripts.choose(image)
        prediction = self._read_in(image, choice.best)
        candidates = tuple(ScriptCandidate(name, share) for name, share in choice.scripts.items())
        prediction = replace(prediction, script_candidates=candidates)
        if prediction.digit is None:
            return prediction
        confidence = min(prediction.confidence, choice.values.get(prediction.digit, 0.0))
        unsure = prediction.verdict is Verdict.UNSURE or confidence < self._decision.unsure_below
        return replace(prediction, confidence=confidence, verdict=Verdict.UNSURE if unsure else Verdict.DIGIT)

    def _read_in(self, image: Grey, script: str) -> Prediction:
        if script == WESTERN or self._scripts is None:
            return self._decide(image, self.shares_of(image), self._decision, script)
        found = self._scripts.read(image, script)
        return self._decide(image, found.shares, found.decision, script)

    def script_shares(self, images: Sequence[Grey], script: str) -> list[NDArray[np.float32]]:
        """Return the probabilities of a script's symbols and, last, of none, for each image, uint8 28x28.

        Raises:
            InvalidValue: the version does not read this script, or it is the Western one.
        """
        self.confirm_script(script)
        if self._scripts is None or script in (WESTERN, AUTO):
            raise InvalidValue(f"script is {script!r}; the name of a script beside the Western one is allowed here.")
        scripts = self._scripts
        return self.spread(lambda image: scripts.read(image, script).shares, images)

    def shares_of(self, image: Grey) -> NDArray[np.float32]:
        """Return the eleven probabilities of one image; unlike `shares` it may be called from work that is spread."""
        with self._networks.one() as network:
            return network.run(image)

    def _decide(self, image: Grey, shares: NDArray[np.float32], decision: Decision, script: str) -> Prediction:
        """Turn the probabilities of symbols and of none into a prediction; see `digit_probabilities`."""
        none = float(shares[-1])
        probabilities = digit_probabilities(shares).tolist()
        confidence = max(probabilities)
        if none > decision.not_a_digit_above:
            verdict = Verdict.NOT_A_DIGIT
        else:
            verdict = Verdict.UNSURE if confidence < decision.unsure_below else Verdict.DIGIT
        return Prediction(
            verdict=verdict,
            digit=values_of(script)[probabilities.index(confidence)] if verdict.names_a_digit else None,
            confidence=confidence,
            probabilities=tuple(probabilities),
            seen=image,
            model_version=self.version,
            timings=Timings(preprocessing=0.0, inference=0.0),
            script=script,
        )

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown()
