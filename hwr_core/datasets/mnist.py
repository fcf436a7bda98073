"""MNIST (LeCun et al., 1998) from `mnist.npz`, in its canonical order: the last 5,000 training images validate."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.samples import Part

FILE = "mnist.npz"
VALIDATION = 5_000


def load_mnist(file: Path, part: Part) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the images [n, 28, 28] and labels [n] of one part, as they are in the file."""
    with np.load(file, allow_pickle=False) as archive:
        if part is Part.TEST:
            return archive["x_test"], archive["y_test"]
        selected = slice(-VALIDATION, None) if part is Part.VALIDATION else slice(None, -VALIDATION)
        return archive["x_train"][selected], archive["y_train"][selected]
