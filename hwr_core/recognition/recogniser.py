"""The recogniser: 28x28 images in, predictions out, by LiteRT."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.networks import DigitNetwork, LineNetwork, PageNetwork, Pool
from hwr_core.recognition.threads import Threads
from hwr_core.recognition.types import CLASSES, NOT_A_DIGIT, Prediction, Timings, Verdict
from hwr_core.registry.card import Acceptance, Decision
from hwr_core.registry.registry import LINES_LITERT, LITERT, PAGES_LITERT, ModelVersion

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
    ) -> None:
        self.version = version
        self.acceptance = acceptance
        self._decision = decision
        self._cores = cores or os.cpu_count() or 1
        self._networks = Pool(lambda: DigitNetwork(model), self._cores)
        self._line_networks = None if lines is None else Pool(lambda: LineNetwork(lines), self._cores)
        self._page_networks = None if pages is None else Pool(lambda: PageNetwork(pages), self._cores)
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
            return cls(content, decision, name, cores=cores, lines=lines, pages=pages, acceptance=acceptance)
        except (ValueError, RuntimeError) as error:
            raise ModelUnavailable(f"Model version {version.name} cannot be loaded by LiteRT.") from error

    def read(self, images: Sequence[Grey]) -> list[Prediction]:
        """Return a prediction of each image, in the same order.

        Args:
            images: uint8, 28x28, ink bright on black, as `normalise` makes them.

        Raises:
            InvalidValue: an image is not 28x28.
        """
        for image in images:
            if image.shape != (SIDE, SIDE):
                raise InvalidValue(f"An image is {image.shape}; ({SIDE}, {SIDE}) is needed.")
        return self.spread(self._read, images) if len(images) >= WORTH_SPREADING else [*map(self._read, images)]

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

    def _read(self, image: Grey) -> Prediction:
        started = time.perf_counter()
        shares = self.shares_of(image)
        return self._decide(image, shares, time.perf_counter() - started)

    def shares_of(self, image: Grey) -> NDArray[np.float32]:
        """Return the eleven probabilities of one image; unlike `shares` it may be called from work that is spread."""
        with self._networks.one() as network:
            return network.run(image)

    def _decide(self, image: Grey, shares: NDArray[np.float32], seconds: float) -> Prediction:
        """Turn eleven probabilities into a prediction; `digit_probabilities` says what becomes of the eleventh."""
        none = float(shares[NOT_A_DIGIT])
        probabilities = digit_probabilities(shares).tolist()
        confidence = max(probabilities)
        if none > self._decision.not_a_digit_above:
            verdict = Verdict.NOT_A_DIGIT
        else:
            verdict = Verdict.UNSURE if confidence < self._decision.unsure_below else Verdict.DIGIT
        return Prediction(
            verdict=verdict,
            digit=probabilities.index(confidence) if verdict.names_a_digit else None,
            confidence=confidence,
            probabilities=tuple(probabilities),
            seen=image,
            model_version=self.version,
            timings=Timings(preprocessing=0.0, inference=seconds),
        )

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown()
