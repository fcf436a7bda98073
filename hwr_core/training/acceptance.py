"""Fits the confidence of whole numbers: made images are read as a user's are, and their features tell right from wrong.

Needs no TensorFlow: it reads with the files of a finished version.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.lines.made import made_line_images
from hwr_core.datasets.pages.sent import sent_fields
from hwr_core.datasets.pages.writers import Writers, has_writers
from hwr_core.datasets.samples import Part
from hwr_core.evaluation.answers import accepted, risk_curve
from hwr_core.images.decode import PageImage
from hwr_core.images.types import Grey, OnProgress
from hwr_core.recognition.acceptance import FEATURES, probability_right
from hwr_core.recognition.page_reader import read_page
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NumberLine
from hwr_core.registry.card import Acceptance, ModelCard, Threshold, Weight
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.statistics import upper_end

COUNTS = {Part.VALIDATION: 4_000, Part.TEST: 2_500}
"""Images of a number that are read, of each part."""

ON_PAGES = 0.3
"""Share of the images that are photos of a field or of ruled paper; the others show a line and nothing else."""

CHUNK = 100
"""Images that wait to be read."""

SEED = 101
"""The lines are not those that the line reader's training was stopped by."""

LEAST_LINES = 100
"""Fewer say nothing."""

FOLDS = 5
STEPS = 100
"""Confidences that are looked at for thresholds."""

PENALTY = 1.0
"""On the squares of the weights, as of one line more."""

ITERATIONS = 50

NEUTRAL = Acceptance(
    bias=0.0,
    weights=tuple(Weight(feature=name, weight=0.0, mean=0.0, scale=1.0) for name in FEATURES),
    lines=0,
    thresholds=(),
    test=0,
    risk=(),
    accepted=(),
)
"""Makes a version give the evidence of its lines before anything is fitted."""


@dataclass(frozen=True, slots=True)
class ReadLines:
    """What was found on images: float64 [lines, features], and whether each line is right, bool [lines]."""

    evidence: NDArray[np.float64]
    right: NDArray[np.bool_]


def with_acceptance(
    card: ModelCard,
    files: Mapping[str, bytes],
    datasets: Path,
    *,
    processes: int = 1,
    on_progress: OnProgress = lambda _: None,
) -> ModelCard:
    """Return a version's card with the confidence of whole numbers fitted for these files, its line reader among them.

    The card is unchanged where the version reads too few lines for that.

    Args:
        card: has `lines`.
        files: the content of each file of the version.
        datasets: the folder of open data sets, of whose digits lines are made.
        processes: how many make images at once, and read them.
        on_progress: called with the share that is done; what it raises stops the fit.

    Raises:
        DatasetMissing, InvalidValue: there are no digits to make lines of.
    """
    if card.lines is None:
        return card
    neutral = card.model_copy(update={"lines": card.lines.model_copy(update={"acceptance": NEUTRAL})})
    found: dict[Part, ReadLines] = {}
    with tempfile.TemporaryDirectory() as folder:
        recogniser = Recogniser.load(Registry(Path(folder)).publish(neutral, dict(files)), processes)
        try:
            for part, count in COUNTS.items():
                found[part] = read_lines(_images(datasets, part, count, processes), recogniser)
                on_progress((len(found)) / len(COUNTS))
        finally:
            recogniser.close()
    if len(found[Part.VALIDATION].right) < LEAST_LINES:
        return card
    acceptance = fit_acceptance(found[Part.VALIDATION], found[Part.TEST])
    return card.model_copy(update={"lines": card.lines.model_copy(update={"acceptance": acceptance})})


def publish_with_acceptance(version: ModelVersion, registry: Registry, datasets: Path) -> ModelVersion:
    """Publish a version again, under a name of its own, with the confidence of whole numbers fitted anew."""
    files = {name: version.read_file(name) for name in version.card.files}
    card = version.card.model_copy(update={"created_at": datetime.now(UTC)})
    return registry.publish(with_acceptance(card, files, datasets), files)


def _images(datasets: Path, part: Part, count: int, processes: int) -> Iterator[tuple[Grey, str]]:
    """Images of one number each with its digits: lines alone, and as they stand on pages."""
    on_pages = round(ON_PAGES * count) if has_writers(datasets) else 0
    yield from made_line_images(datasets, part, count=count - on_pages, seed=SEED, processes=processes)
    if on_pages:
        for _, page in sent_fields(Writers.of(datasets, part), on_pages, SEED):
            yield page.image, page.numbers[0].text


def read_lines(images: Iterable[tuple[Grey, str]], recogniser: Recogniser) -> ReadLines:
    """Read images of one line each; a line is right if it is the whole text.

    A lone digit beside other lines is left out: made images fall into pieces more often than real ones, and such pieces
    would teach that single digits are wrong.
    """

    def read(item: tuple[Grey, str]) -> tuple[tuple[NumberLine, ...], str]:
        image, text = item
        return read_page(PageImage(image, 1.0), recogniser).lines, text

    found: list[tuple[tuple[float, ...], bool]] = []
    waiting = iter(images)
    while chunk := recogniser.spread(read, islice(waiting, CHUNK)):
        for lines, text in chunk:
            found += [(line.evidence, line.text == text) for line in lines if len(lines) == 1 or len(line.text) > 1]
    evidence = np.array([known for known, _ in found], np.float64).reshape(-1, len(FEATURES))
    return ReadLines(evidence, np.array([right for _, right in found], bool))


def fit_acceptance(validation: ReadLines, test: ReadLines) -> Acceptance:
    """Fit to validation lines, choose the thresholds on them by cross-validation, and measure on test lines."""
    fitted = _fitted(validation)
    folds = np.arange(len(validation.right)) % FOLDS
    confidence = np.zeros(len(folds))
    for fold in range(FOLDS):
        rest = ReadLines(validation.evidence[folds != fold], validation.right[folds != fold])
        confidence[folds == fold] = confidences(_fitted(rest), validation.evidence[folds == fold])
    model = fitted.model_copy(update={"thresholds": thresholds(confidence, validation.right)})
    tested = confidences(model, test.evidence)
    return model.model_copy(
        update={
            "test": len(tested),
            "risk": risk_curve(tested, test.right) if len(tested) else (),
            "accepted": accepted(tested, test.right, model),
        }
    )


def confidences(model: Acceptance, evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each line that it is right."""
    return np.array([probability_right(model, each) for each in evidence.tolist()], np.float64)


def thresholds(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[Threshold, ...]:
    """Return confidences, from sure to unsure, with the error that the lines above them do not exceed, at 95 %.

    Only those are kept that accept more than every one of a smaller error.
    """
    surest = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[surest])
    ends = np.unique(np.linspace(0, len(right), STEPS + 1).round().astype(int))[:0:-1]
    found: list[Threshold] = []
    for end in ends.tolist():
        error = upper_end(int(wrong[end - 1]), end)
        if not found or error < found[-1].error:
            found.append(Threshold(confidence=float(confidence[surest[end - 1]]), error=error))
    return tuple(reversed(found))


def _fitted(lines: ReadLines) -> Acceptance:
    """Logistic regression by Newton's method, with a penalty on the squares of the weights but the bias."""
    mean, scale = lines.evidence.mean(axis=0), np.maximum(lines.evidence.std(axis=0), 1e-6)
    inputs = np.column_stack([np.ones(len(lines.right)), (lines.evidence - mean) / scale])
    penalty = PENALTY * np.eye(inputs.shape[1])
    penalty[0, 0] = 1e-3  # keeps the bias finite where all lines are right, or none
    weights = np.zeros(inputs.shape[1])
    for _ in range(ITERATIONS):
        expected = 1.0 / (1.0 + np.exp(-inputs @ weights))
        slope = inputs.T @ (expected - lines.right) + penalty @ weights
        curvature = (inputs * (expected * (1.0 - expected))[:, None]).T @ inputs + penalty
        weights -= np.linalg.solve(curvature, slope)
    bias, *rest = weights.tolist()
    return NEUTRAL.model_copy(
        update={
            "bias": bias,
            "lines": len(lines.right),
            "weights": tuple(
                Weight(feature=name, weight=weight, mean=middle, scale=spread)
                for name, weight, middle, spread in zip(FEATURES, rest, mean.tolist(), scale.tolist(), strict=True)
            ),
        }
    )
