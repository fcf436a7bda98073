"""The model card of a trained network: decision thresholds, scores on each source, and what it was made from."""

import shlex
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import keras
import numpy as np
from pydantic import BaseModel

from hwr_core.datasets.origins import ORIGINS
from hwr_core.datasets.request import Request
from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.sources import hash_source, load_source
from hwr_core.errors import InvalidValue
from hwr_core.evaluation.drift import EDGES, describe, shares_of
from hwr_core.recognition.calibration import (
    METHOD,
    Logits,
    calibration_error,
    decide,
    digit_probabilities,
    reliability,
    softmax,
    usual_weights,
)
from hwr_core.recognition.types import CLASSES, DIGITS, NOT_A_DIGIT
from hwr_core.registry.card import DataUsed, Decision, Histogram, Inputs, ModelCard, Score
from hwr_core.training.digit_batches import InOrder
from hwr_core.training.run import TrainingRun
from hwr_core.training.train import TrainingResult

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "ai-edge-litert", "numpy", "opencv-python-headless", "hwr")
PARTS_SCORED = (Part.VALIDATION, Part.TEST)
CERTAIN = 0.5
"""An image that is not a digit counts as taken for one if it is read as one with a confidence above this."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """One part of a source, and the network's logits for it."""

    source: str
    part: Part
    samples: Samples
    logits: Logits


def write_card(run: TrainingRun, training_counts: Mapping[str, int], result: TrainingResult) -> ModelCard:
    """Choose the decision thresholds on validation data, score every part, and return the card, still without files.

    Args:
        run: the training.
        training_counts: how many samples of each source the network learned from.
        result: the trained network, and its epochs.

    Raises:
        InvalidValue: no validation image holds a digit.
    """
    config = run.config
    scored = [_predict(result.model, run, source, part) for source in config.sources for part in PARTS_SCORED]
    logits, labels = _joined(scored, Part.VALIDATION)
    if not (labels != NOT_A_DIGIT).any():
        raise InvalidValue(
            f"No validation image of {', '.join(config.sources)} holds a digit; thresholds cannot be chosen."
        )
    decision = decide(logits, labels)
    accuracy, loss = _test_figures(scored, decision)
    confidence, right = _test_digits(scored, decision)
    return ModelCard(
        version="",
        created_at=datetime.now(UTC),
        architecture=config.architecture,
        parameters=result.model.count_params(),
        labels=(*map(str, DIGITS), "not a digit"),
        config=config.model_dump(mode="json"),
        data=tuple(_data_used(source, scored, run, training_counts[source]) for source in config.sources),
        decision=decision,
        scores=tuple(_score(each, decision) for each in scored),
        calibration_error=calibration_error(confidence, right),
        calibration_method=METHOD,
        reliability=reliability(confidence, right),
        epochs=tuple(asdict(epoch) for epoch in result.epochs),
        packages={name: found for name in PACKAGES if (found := _installed(name))},
        code=_code_version(),
        job=run.job,
        how=command(config),
        test_accuracy=accuracy,
        test_loss=loss,
        training_seconds=sum(epoch.seconds for epoch in result.epochs),
        inputs=_inputs(scored, decision),
        files={},
    )


def command(config: BaseModel, *options: str, without: AbstractSet[str] = frozenset()) -> str:
    """Return the command that trains with this config: its options, and what differs from the defaults."""
    changes = config.model_dump(mode="json", exclude_defaults=True, exclude=set(without))
    settings = (f"--set {shlex.quote(f'{name}={_as_word(value)}')}" for name, value in changes.items())
    return " ".join(["hwr train", *options, *settings])


def _as_word(value: object) -> str:
    return str(value).replace("'", '"') if isinstance(value, list) else str(value)


def _predict(model: keras.Model, run: TrainingRun, source: str, part: Part) -> _Scored:
    request = Request(part, drawings=1, seed=run.config.seed, processes=run.processes, limit=run.config.limit)
    samples = Samples.join(load_source(source, run.places, request))
    logits = model.predict(InOrder(samples), verbose=0) if len(samples) else np.zeros((0, CLASSES), np.float32)
    return _Scored(source, part, samples, logits)


def _joined(scored: list[_Scored], part: Part) -> tuple[Logits, np.ndarray]:
    of_part = [each for each in scored if each.part is part]
    return np.concatenate([each.logits for each in of_part]), np.concatenate([each.samples.labels for each in of_part])


def _score(scored: _Scored, decision: Decision) -> Score:
    shares = softmax(scored.logits / decision.temperature)
    confidence = digit_probabilities(shares).max(axis=1)
    refused = shares[:, NOT_A_DIGIT] > decision.not_a_digit_above
    real = scored.samples.labels != NOT_A_DIGIT
    return Score(
        source=scored.source,
        part=scored.part,
        digits=int(real.sum()),
        wrong=int((shares[real, :NOT_A_DIGIT].argmax(axis=1) != scored.samples.labels[real]).sum()),
        refused=int(refused[real].sum()),
        others=int((~real).sum()),
        taken_for_digits=int((~real & ~refused & (confidence > CERTAIN)).sum()),
    )


def _test_figures(scored: list[_Scored], decision: Decision) -> tuple[float | None, float | None]:
    """Accuracy on the digits, and loss on everything, of all test parts together."""
    logits, labels = _joined(scored, Part.TEST)
    real = labels != NOT_A_DIGIT
    if not real.any():
        return None, None
    shares = softmax(logits / decision.temperature)
    loss = -np.log(shares[np.arange(len(labels)), labels] + 1e-12).mean()
    return float((shares[real, :NOT_A_DIGIT].argmax(axis=1) == labels[real]).mean()), float(loss)


def _test_digits(scored: list[_Scored], decision: Decision) -> tuple[np.ndarray, np.ndarray]:
    """For each digit of all test parts, the confidence of its most probable reading, and whether that is right."""
    logits, labels = _joined(scored, Part.TEST)
    probabilities = digit_probabilities(softmax(logits / decision.temperature))
    real = labels != NOT_A_DIGIT
    return probabilities.max(axis=1)[real], probabilities.argmax(axis=1)[real] == labels[real]


def _inputs(scored: list[_Scored], decision: Decision) -> Inputs:
    """What the validation images of all sources are like, and how they are read: weighted as users send them.

    The sources hold so much that is not a digit that unweighted they would describe letters and noise; weighted, one
    image in ten is not a digit. Samples of unequal weight are worth fewer equal ones: (sum of w)^2 / (sum of w^2)
    (Kish, 1965, "Survey sampling").
    """
    logits, labels = _joined(scored, Part.VALIDATION)
    images = np.concatenate([each.samples.images for each in scored if each.part is Part.VALIDATION])
    weights = usual_weights(labels)
    shares = softmax(logits / decision.temperature)
    probabilities = digit_probabilities(shares)
    read = np.where(shares[:, NOT_A_DIGIT] > decision.not_a_digit_above, NOT_A_DIGIT, probabilities.argmax(axis=1))
    found = describe(read, probabilities.max(axis=1), images, weights)
    return Inputs(
        images=float(weights.sum() ** 2 / (weights**2).sum()),
        features={
            feature.value: Histogram(edges=EDGES[feature], shares=shares_of(counts))
            for feature, counts in found.counts.items()
        },
    )


def _data_used(source: str, scored: list[_Scored], run: TrainingRun, training_count: int) -> DataUsed:
    sizes = {each.part: len(each.samples) for each in scored if each.source == source}
    return DataUsed(
        name=source,
        sha256=hash_source(source, run.places),
        training=training_count,
        validation=sizes[Part.VALIDATION],
        test=sizes[Part.TEST],
        origins=ORIGINS.get(source, ()),
    )


def _code_version() -> str:
    root = Path(__file__).parents[1]
    digest = sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return f"{version('hwr')}+{digest.hexdigest()[:12]}"


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # TensorFlow is installed under one of two names
        return None
