"""The heads of scripts that are fitted to a network that stays as it is, and the features it finds."""

from dataclasses import replace

import numpy as np

from hwr_core.datasets.augment import Distortion, distort
from hwr_core.datasets.samples import Samples
from hwr_core.recognition.calibration import Logits
from hwr_core.recognition.networks import DigitNetwork, Pool
from hwr_core.recognition.scripts.heads import Heads, Layer
from hwr_core.recognition.threads import Threads
from hwr_core.scripts.script import Script
from hwr_core.training.scripts.config import ScriptsConfig
from hwr_core.training.scripts.data import PartData, joint, of_script
from hwr_core.training.scripts.network import first_outputs, fit_layer

OTHER_PENS = 0.3
"""Share of samples whose strokes are made thicker, and of those made thinner: most sets know one kind of pen."""

COPIES = 2
"""How often each sample is distorted to fit a layer to it."""

CHUNK = 256


class Features:
    """What the served file of a network finds in samples, on all cores."""

    def __init__(self, litert: bytes, cores: int) -> None:
        self._networks = Pool(lambda: DigitNetwork(litert), cores)
        self._cores = cores

    def of(self, samples: Samples) -> Logits:
        """Return float32 [n, width]."""
        chunks = [samples.images[start : start + CHUNK] for start in range(0, len(samples), CHUNK)]
        threads = Threads(self._cores, thread_name_prefix="features")
        try:
            return np.concatenate([*threads.map(self._of_chunk, chunks)])
        finally:
            threads.shutdown()

    def _of_chunk(self, images: np.ndarray) -> Logits:
        with self._networks.one() as network:
            return np.stack([network.run(image) for image in images])


def layer_among(script: Script, data: PartData, heads: Heads, features: Features, config: ScriptsConfig) -> Layer:
    """Return the layer that tells a script from the others, whose layers stay as they are.

    Args:
        script: the script to learn.
        data: what to learn from; what it holds of other scripts is what this one is told from.
        heads: those of other scripts, with the layers of Western digits and of no symbol.
        features: of the network.
        config: how to train.
    """
    others = heads.without(script.name)
    scripts = [*others.scripts, script]
    first = first_outputs(scripts)
    many = _distorted(joint(data, first, scripts, learning=True), config)
    found = features.of(many)
    size, start = len(script.symbols), first[script.name]
    # Among the outputs of the fit the symbols to learn come first, then the others in their order.
    labels = many.labels.astype(np.int32)
    labels = np.where(labels >= start, labels - start, labels + size)
    given = others.among.logits(found)
    return fit_layer(found, labels, outputs=size, epochs=config.head_epochs, seed=config.seed, others=given)


def layer_alone(script: Script, data: PartData, features: Features, config: ScriptsConfig) -> Layer:
    """Return the layer that reads a script: its symbols, and last what is none of them.

    What looks like one of its symbols, of whatever script, has no part in it. Everything that is none counts so much
    together as its symbols do.
    """
    many = _distorted(of_script(data, script, learning=True), config)
    none = len(script.symbols)
    is_none = many.labels == none
    weights = np.where(is_none, (~is_none).sum() / max(1, is_none.sum()), 1.0)
    return fit_layer(
        features.of(many),
        many.labels.astype(np.int32),
        outputs=none + 1,
        epochs=config.head_epochs,
        seed=config.seed,
        weights=weights,
    )


def _distorted(samples: Samples, config: ScriptsConfig) -> Samples:
    distortion = replace(Distortion().scaled(config.augmentation), thicken=OTHER_PENS)
    copies = [distort(samples.images, distortion, np.random.default_rng((config.seed, copy))) for copy in range(COPIES)]
    return Samples(np.concatenate(copies), np.tile(samples.labels, COPIES))
