"""Downloads MNIST with Keras if the datasets folder lacks it; the other data sets cannot be had this way."""

from pathlib import Path

import keras
import numpy as np

from hwr_core.datasets.mnist import FILE
from hwr_core.errors import DatasetMissing


def fetch_mnist(datasets: Path) -> None:
    """Put mnist.npz into the datasets folder.

    Raises:
        DatasetMissing: it cannot be downloaded.
    """
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception when the download fails
        raise DatasetMissing(f"MNIST cannot be downloaded; put {FILE} into the datasets folder by hand.") from error
    datasets.mkdir(parents=True, exist_ok=True)
    aside = datasets / f".{FILE}"
    with aside.open("wb") as stream:
        np.savez_compressed(stream, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    aside.replace(datasets / FILE)
