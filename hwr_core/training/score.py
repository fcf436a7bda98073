"""How a trained network reads each part of each source, and the card that says so."""

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import keras
import numpy as np

from hwr_core.datasets.samples import NOT_A_DIGIT, Part, Samples
from hwr_core.datasets.sources import FILES, Request, find_file, hash_file, load_source
from hwr_core.model_card import DataUsed, Decision, ModelCard, Score
from hwr_core.recognition.calibration import Logits, calibration_error, decide, digit_probabilities, softmax
from hwr_core.records import DIGITS
from hwr_core.training.batches import as_input
from hwr_core.training.config import TrainingConfig
from hwr_core.training.train import TrainingResult

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "ai-edge-litert", "numpy", "opencv-python-headless", "hwr")
PARTS_SCORED = (Part.VALIDATION, Part.TEST)
CERTAIN = 0.5
"""A non-digit answered with a digit at a confidence above this counts as taken for a digit."""


@dataclass(frozen=True, slots=True)
class _Scored:
    source: str
    part: Part
    samples: Samples
    logits: Logits


def write_card(
    config: TrainingConfig, result: TrainingResult, datasets: Path, training_counts: dict[str, int]
) -> ModelCard:
    """Choose the decision thresholds on validation, score every part, and return the card (without files yet)."""
    scored = [_run(result.model, config, datasets, source, part) for source in config.sources for part in PARTS_SCORED]
    validation = [each for each in scored if each.part is Part.VALIDATION]
    decision = decide(
        np.concatenate([each.logits for each in validation]),
        np.concatenate([each.samples.labels for each in validation]),
    )
    return ModelCard(
        version="",
        created_at=datetime.now(UTC),
        architecture=config.architecture,
        parameters=result.model.count_params(),
        labels=(*map(str, DIGITS), "not a digit"),
        config=config.model_dump(mode="json"),
        data=tuple(_data_used(source, scored, datasets, training_counts[source]) for source in config.sources),
        decision=decision,
        scores=tuple(_score(each, decision) for each in scored),
        calibration_error=_calibration_error(scored, decision),
        epochs=tuple(asdict(epoch) for epoch in result.epochs),
        packages=_package_versions(),
        files={},
    )


def _run(model: keras.Model, config: TrainingConfig, datasets: Path, source: str, part: Part) -> _Scored:
    request = Request(part, drawings=1, seed=config.seed, processes=os.cpu_count() or 1)
    samples = load_source(source, datasets, request)
    logits = model.predict(as_input(samples.pictures), batch_size=1024, verbose=0)
    return _Scored(source, part, samples, logits)


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


def _calibration_error(scored: list[_Scored], decision: Decision) -> float:
    tests = [each for each in scored if each.part is Part.TEST]
    labels = np.concatenate([each.samples.labels for each in tests])
    probabilities = digit_probabilities(softmax(np.concatenate([each.logits for each in tests]) / decision.temperature))
    real = labels != NOT_A_DIGIT
    return calibration_error(probabilities.max(axis=1)[real], probabilities.argmax(axis=1)[real] == labels[real])


def _data_used(source: str, scored: list[_Scored], datasets: Path, training: int) -> DataUsed:
    sizes = {each.part: len(each.samples) for each in scored if each.source == source}
    return DataUsed(
        name=source,
        sha256=hash_file(find_file(source, datasets)) if source in FILES else None,
        training=training,
        validation=sizes[Part.VALIDATION],
        test=sizes[Part.TEST],
    )


def _package_versions() -> dict[str, str]:
    return {name: found for name in PACKAGES if (found := _installed(name))}


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # tensorflow goes by either of two names
        return None
