"""MNIST (LeCun et al., 1998) from `mnist.npz`, in its canonical order: the last 5,000 training pictures validate."""

from pathlib import Path

import numpy as np

from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import Part, Samples

FILE = "mnist.npz"
VALIDATION = 5_000


def load_mnist(file: Path, part: Part) -> Samples:
    """Return one part of MNIST as the normaliser puts it out."""
    with np.load(file, allow_pickle=False) as archive:
        if part is Part.TEST:
            pictures, labels = archive["x_test"], archive["y_test"]
        else:
            chosen = slice(-VALIDATION, None) if part is Part.VALIDATION else slice(None, -VALIDATION)
            pictures, labels = archive["x_train"][chosen], archive["y_train"][chosen]
    return normalised_samples(list(pictures), labels)
