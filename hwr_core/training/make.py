"""The whole way of a new model version: prepare data, train, choose thresholds, score, convert, publish."""

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import keras

from hwr_core.datasets.mnist import FILE as MNIST_FILE
from hwr_core.datasets.samples import Part
from hwr_core.registry import LITERT, WEIGHTS, ModelVersion, Registry
from hwr_core.training.config import TrainingConfig
from hwr_core.training.convert import to_litert
from hwr_core.training.download import fetch_mnist
from hwr_core.training.prepare import prepare
from hwr_core.training.score import write_card
from hwr_core.training.train import EpochResult, train


def make_version(
    config: TrainingConfig,
    *,
    datasets: Path,
    registry: Registry,
    checkpoints: Path,
    say: Callable[[str], None],
) -> ModelVersion:
    """Train a model version from data files and publish it; `say` hears one line for each thing done.

    Raises:
        DatasetMissing: a source's file is not in the datasets folder.
    """
    training_counts: Counter[str] = Counter()

    def on_source(name: str, part: Part, count: int) -> None:
        training_counts[name] += count if part is Part.TRAINING else 0
        say(f"{name}: {count:,} {part} samples")

    def on_epoch(epoch: EpochResult) -> None:
        say(
            f"epoch {epoch.epoch}/{epoch.epochs}: loss {epoch.loss:.4f}, validation error "
            f"{1 - epoch.val_accuracy:.2%}, {epoch.seconds:.0f} s"
        )

    if "mnist" in config.sources and not (datasets / MNIST_FILE).exists():
        say("downloading MNIST")
        fetch_mnist(datasets)
    data = prepare(config, datasets, on_source)
    result = train(config, data, on_epoch, checkpoints)
    say("choosing thresholds and scoring")
    card = write_card(config, result, datasets, training_counts)
    files = {WEIGHTS: _keras_file(result.model), LITERT: to_litert(result.model, card.decision.temperature)}
    return registry.publish(card, files)


def _keras_file(model: keras.Model) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        model.save(path)
        return path.read_bytes()
