"""The shipped version in a registry of its own, and a folder of custom images to evaluate it on."""

from pathlib import Path

import numpy as np
import pytest

from hwr_core.datasets.request import Places
from hwr_core.registry.registry import ModelVersion, Registry
from tests.handwriting import drawing, png
from tests.own_models import copied_models


@pytest.fixture(scope="session")
def own_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each label, with hand-made digits of some writers and a few crosses."""
    folder = tmp_path_factory.mktemp("own") / "custom_dataset"
    rng = np.random.default_rng(5)
    for digit in range(10):
        for writer in range(30):
            path = folder / str(digit) / f"writer-{writer}" / "image.png"
            path.parent.mkdir(parents=True)
            path.write_bytes(png(drawing(digit, side=100, pen=rng.uniform(4, 10), fill=rng.uniform(0.4, 0.9))))
    return folder


@pytest.fixture
def places(own_images: Path, tmp_path: Path) -> Places:
    """Custom images and no others."""
    return Places(tmp_path / "datasets", own_images, tmp_path / "corrections.npz")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """The shipped version, served, without its evaluations."""
    return copied_models(tmp_path / "models")


@pytest.fixture
def champion(registry: Registry) -> ModelVersion:
    """The shipped version."""
    return registry.champion()


def worse_copy(registry: Registry) -> ModelVersion:
    """Publish a version that rejects everything: the champion's network with another threshold."""
    champion = registry.champion()
    decision = champion.card.decision.model_copy(update={"not_a_digit_above": 0.0})
    card = champion.card.model_copy(update={"decision": decision, "parameters": 1})
    return registry.publish(
        card, {name: champion.read_file(name) + b"\0" * (name == "model.keras") for name in champion.card.files}
    )
