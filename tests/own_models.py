"""Model versions and images of one's own for tests that train and promote: the checkout's stay as they are."""

import io
import shutil
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, png


def copied_models(folder: Path) -> Registry:
    """Return a registry with the shipped version, served and not evaluated."""
    shipped = Registry(PROJECT / "models").champion()
    shutil.copytree(shipped.folder, folder / shipped.name, ignore=shutil.ignore_patterns("evaluations", "retired"))
    registry = Registry(folder)
    registry.serve(registry.get(shipped.name))
    return registry


def own_digits(count: int) -> io.BytesIO:
    """Return a ZIP of so many images of each digit, all different."""
    rng = np.random.default_rng(3)
    stream = io.BytesIO()
    with ZipFile(stream, "w") as archive:
        for digit in range(10):
            for number in range(count):
                image = drawing(digit, side=80, pen=rng.uniform(3, 8), fill=rng.uniform(0.4, 0.9))
                archive.writestr(f"{digit}/{number}.png", png(image))
    stream.seek(0)
    return stream
