"""The heads of scripts that are fitted to a network that stays as it is, and the features it finds."""

import numpy as np

from hwr_core.datasets.augment import Distortion, distort
from hwr_core.datasets.samples import Samples
from hwr_core.recognition.calibration import Logits
from hwr_core.recognition.networks import DigitNetwork, Pool
from hwr_core.recognition.scripts.heads import Head, Heads
from hwr_core.recognition.threads import Threads
from hwr_core.scripts.script import Script
from hwr_core.training.scripts.config import ScriptsConfig
from hwr_core.training.scripts.data import PartData, joint
from hwr_core.training.scripts.network import first_outputs, fit_head

COPIES = 4
"""How often each sample is distorted to fit a head to it."""

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


def learn_head(script: Script, data: PartData, heads: Heads, features: Features, config: ScriptsConfig) -> Head:
    """Return the head of one script, fitted beside the heads of the others, which stay as they are.

    Args:
        script: the script to learn.
        data: what to learn from; what it holds of other scripts is what this one is told from.
        heads: those of Western digits, of no symbol and of other scripts.
        features: of the network.
        config: how to train.
    """
    others = heads.without(script.name)
    scripts = [*others.scripts, script]
    first = first_outputs(scripts)
    samples = joint(data, first, scripts, learning=True)
    many = _distorted(samples, config)
    found = features.of(many)
    size, start = len(script.symbols), first[script.name]
    # Among the outputs of the fit the symbols to learn come first, then the others in their order.
    labels = many.labels.astype(np.int32)
    labels = np.where(labels >= start, labels - start, labels + size)
    return fit_head(found, labels, others.logits(found), symbols=size, epochs=config.head_epochs, seed=config.seed)


def _distorted(samples: Samples, config: ScriptsConfig) -> Samples:
    distortion = Distortion().scaled(config.augmentation)
    copies = [distort(samples.images, distortion, np.random.default_rng((config.seed, copy))) for copy in range(COPIES)]
    return Samples(np.concatenate(copies), np.tile(samples.labels, COPIES))
