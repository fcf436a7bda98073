"""The weights that a training begins with: those of an earlier version, of which a share may stay."""

import keras

from hwr_core.training.convert import read_keras_file
from hwr_core.training.run import TrainingRun


def network_to_start_from(run: TrainingRun, file: str) -> keras.Model | None:
    """Return a network of the version that the config names; None where it names none, or that has no such network.

    Raises:
        NotFound, ModelUnavailable: the version does not exist, or is damaged.
    """
    if run.config.start is None:
        return None
    version = run.registry.get(run.config.start)
    if file not in version.card.files:
        return None
    return read_keras_file(version.read_file(file))


def mix(learned: keras.Model, begun: keras.Model, share: float) -> None:
    """Give a network this share of its own weights, and for the rest those of the network it was begun with."""
    learned.set_weights(
        [share * new + (1.0 - share) * old for new, old in zip(learned.get_weights(), begun.get_weights(), strict=True)]
    )
