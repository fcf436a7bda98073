"""The network that scripts share: trained on the symbols of all at once, it becomes one file of features, and heads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.samples import Samples
from hwr_core.recognition.calibration import Logits
from hwr_core.recognition.scripts.heads import NONE, Layer
from hwr_core.registry.registry import WEIGHTS, ModelVersion
from hwr_core.scripts.script import WESTERN, Script, find_script
from hwr_core.training.architectures import FEATURES, HEADS, build_for_scripts
from hwr_core.training.callbacks import BatchResult, EpochResult
from hwr_core.training.convert import features_to_litert, read_keras_file
from hwr_core.training.digit_batches import Batches, InOrder
from hwr_core.training.run import TrainingRun
from hwr_core.training.train import Task, TrainingResult, train

BATCH = 256
"""Samples that a layer is fitted to at once."""


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network for scripts: its file, the heads that it was trained with, and how that went."""

    litert: bytes
    layers: dict[str, Layer]
    """For Western digits, no symbol and each script, by which they are told apart."""
    parameters: int
    samples: int
    epochs: tuple[EpochResult, ...]


def first_outputs(scripts: Sequence[Script]) -> dict[str, int]:
    """Return where the symbols of each script begin among the outputs, after those of Western digits and of none."""
    sizes = {WESTERN: len(find_script(WESTERN).symbols), NONE: 1}
    sizes |= {script.name: len(script.symbols) for script in scripts}
    ends = np.cumsum([*sizes.values()]).tolist()
    return {name: end - size for (name, size), end in zip(sizes.items(), ends, strict=True)}


def train_network(  # noqa: PLR0913, PLR0917  what to learn, and whom to tell
    run: TrainingRun,
    scripts: Sequence[Script],
    training: Samples,
    validation: Samples,
    on_batch: Callable[[BatchResult], None],
    on_epoch: Callable[[EpochResult], None],
) -> TrainedNetwork:
    """Train the network on joint samples, starting from what the served network for digits has learned.

    Raises:
        Stopped: the job was asked to stop.
    """
    first = first_outputs(scripts)
    outputs = max(first.values()) + len(scripts[-1].symbols)
    task = _task(run, training, validation, outputs)
    result = train(
        run.config,
        task,
        on_epoch,
        on_batch=on_batch,
        checkpoints=run.folder / "scripts",
        start=_begun(run.registry.champion(), outputs),
    )
    return TrainedNetwork(
        litert=features_to_litert(keras.Model(result.model.input, result.model.get_layer(FEATURES).output)),
        layers=_layers(result, first),
        parameters=result.model.count_params(),
        samples=len(training),
        epochs=result.epochs,
    )


def _task(run: TrainingRun, training: Samples, validation: Samples, outputs: int) -> Task:
    config = run.config

    def batches(epoch: int) -> Batches:
        return Batches(
            training,
            batch_size=config.batch_size,
            augmentation=config.augmentation,
            seed=config.seed,
            epoch=epoch,
            classes=outputs,
        )

    return Task(
        network=lambda: build_for_scripts(outputs),
        batches=batches,
        validation=InOrder(validation, outputs),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )


def _begun(champion: ModelVersion, outputs: int) -> keras.Model:
    """A network whose convolutions are those of the served network for digits, where that is of the same kind."""
    network = build_for_scripts(outputs)
    digits = read_keras_file(champion.read_file(WEIGHTS)).get_weights()[:-2]
    fresh = network.get_weights()
    if [each.shape for each in digits] == [each.shape for each in fresh[:-2]]:
        network.set_weights([*digits, *fresh[-2:]])
    return network


def _layers(result: TrainingResult, first: Mapping[str, int]) -> dict[str, Layer]:
    weights, bias = result.model.get_layer(HEADS).get_weights()
    ends = [*list(first.values())[1:], len(bias)]
    return {
        name: Layer(np.asarray(weights[:, start:end], np.float32), np.asarray(bias[start:end], np.float32))
        for (name, start), end in zip(first.items(), ends, strict=True)
    }


def fit_layer(  # noqa: PLR0913  most by name
    features: Logits,
    labels: NDArray[np.integer],
    *,
    outputs: int,
    epochs: int,
    seed: int,
    others: Logits | None = None,
    weights: NDArray[np.floating] | None = None,
) -> Layer:
    """Return a layer fitted by cross-entropy to the features of a network that stays as it is.

    Args:
        features: float32 [n, width], as the network that is served finds them.
        labels: [n], the output of each sample; outputs of others come behind those that are fitted.
        outputs: how many are fitted.
        epochs: how often all samples are gone through.
        seed: decides in which order.
        others: float32 [n, more], logits that are given and stay as they are.
        weights: [n], how much each sample counts; all alike when not given.
    """
    keras.utils.set_random_seed(seed)
    given = np.zeros((len(labels), 0), np.float32) if others is None else others
    seen, fixed = keras.Input((features.shape[1],)), keras.Input((given.shape[1],))
    layer = keras.layers.Dense(outputs, kernel_regularizer=keras.regularizers.L2(1e-5))
    logits = keras.layers.Concatenate()([layer(keras.layers.Dropout(0.1)(seen)), fixed])
    model = keras.Model([seen, fixed], logits)
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, epochs * -(-len(labels) // BATCH))
    model.compile(
        optimizer=keras.optimizers.Adam(schedule), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit([features, given], labels, sample_weight=weights, batch_size=BATCH, epochs=epochs, verbose=0)
    kernel, bias = layer.get_weights()
    return Layer(np.asarray(kernel, np.float32), np.asarray(bias, np.float32))
