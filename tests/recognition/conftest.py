"""The model version shipped, loaded once, and what it has to read."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hwr_core.images.normalise import normalise
from hwr_core.images.types import Grey
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder of the model versions shipped."""
    return PROJECT / "models"


@pytest.fixture(scope="session")
def recogniser(models: Path) -> Iterator[Recogniser]:
    """The version being served."""
    recogniser = Recogniser.load(Registry(models).champion())
    yield recogniser
    recogniser.close()


@pytest.fixture(scope="session")
def images() -> list[Grey]:
    """Digits with several pens, and some noise, as the model sees them."""
    noise = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
    return [normalise(drawing(digit, pen=pen)) for pen in (8, 18, 28) for digit in DIGITS] + list(noise)
