"""The data of a training: prepared once, used again by a resumed job, prepared again if it is incomplete or other."""

import json

import numpy as np
import pytest

from hwr_core.datasets.request import Places
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CORRECTIONS
from hwr_core.errors import InvalidValue
from hwr_core.images.normalise import normalise
from hwr_core.recognition.types import DIGITS
from hwr_core.training.config import TrainingConfig
from tests.handwriting import drawing

CONFIG = TrainingConfig(sources=("noise",), limit=12)


@pytest.fixture
def places(tmp_path):
    """No data at all; noise is made."""
    return Places(tmp_path / "datasets", tmp_path / "custom_dataset", tmp_path / "corrections.npz")


@pytest.fixture
def prepare(places, tmp_path):
    """Prepare the data of a config and return it with the names of the sources that were loaded for it."""
    from hwr_core.training import data

    def prepare(config: TrainingConfig = CONFIG) -> tuple[data.TrainingData, list[str]]:
        loaded = []
        found = data.prepare(config, places, tmp_path / "prepared", lambda name, *_: loaded.append(name), processes=1)
        return found, loaded

    return prepare


def names(folder):
    """The names of all files in a folder."""
    return {file.name for file in folder.iterdir()}


def test_prepared_data_is_used_again(prepare, tmp_path):
    """A resumed job loads no source a second time, and knows how many samples each source gave."""
    from hwr_core.training.data import training_counts

    first, loaded = prepare()
    assert loaded == ["noise", "noise"]
    again, loaded = prepare()
    assert loaded == []
    np.testing.assert_array_equal(first.training.images, again.training.images)
    assert training_counts(tmp_path / "prepared") == {"noise": len(again.training)}


def test_data_that_the_last_version_prepared_is_prepared_again(prepare, tmp_path):
    """Its image files had other names; a resumed job gets the same samples, and the old files go."""
    folder = tmp_path / "prepared"
    before, _ = prepare()
    images = before.training.images.copy()
    for part in (Part.TRAINING, Part.VALIDATION):
        (folder / f"{part}-images.u8").rename(folder / f"{part}-pictures.u8")

    after, loaded = prepare()

    assert loaded == ["noise", "noise"]
    np.testing.assert_array_equal(after.training.images, images)
    assert not [name for name in names(folder) if "pictures" in name]


@pytest.mark.parametrize("missing", ["made.json", "training.json", "training-labels.u8", "validation-images.u8"])
def test_incomplete_data_is_prepared_again(prepare, tmp_path, missing):
    """A job that was killed while it prepared its data prepares it again."""
    before, _ = prepare()
    sizes = len(before.training), len(before.validation)
    (tmp_path / "prepared" / missing).unlink()
    after, loaded = prepare()
    assert loaded == ["noise", "noise"]
    assert (len(after.training), len(after.validation)) == sizes


def test_data_of_another_config_is_replaced(prepare, tmp_path):
    """The best config of a tuning learns from all data, where the trials had a part of it."""
    part, _ = prepare()
    everything, loaded = prepare(CONFIG.model_copy(update={"limit": 20}))
    assert loaded == ["noise", "noise"]
    assert len(everything.training) > len(part.training)
    assert json.loads((tmp_path / "prepared" / "made.json").read_bytes())["config"]["limit"] == 20


@pytest.mark.parametrize("key", ["images", "pictures"])
def test_labelled_predictions_are_learned_from_whichever_version_wrote_them(prepare, places, key):
    """A job that the last version queued keeps its file of corrections, in which the images had another name."""
    images = np.stack([normalise(drawing(digit)) for digit in DIGITS] * 8)
    images[:, 0, 0] = np.arange(len(images))  # no two are the same, so that each part gets some
    np.savez_compressed(places.corrections, **{key: images, "labels": np.arange(len(images), dtype=np.uint8) % 10})

    data, loaded = prepare(TrainingConfig(sources=(CORRECTIONS,), drawings=1))

    assert loaded == [CORRECTIONS, CORRECTIONS]
    assert len(data.training) > len(data.validation) > 0


def test_data_without_an_image_is_refused(prepare, places):
    """Two labelled predictions are not enough to learn from and to validate on."""
    np.savez_compressed(places.corrections, images=np.zeros((1, 28, 28), np.uint8), labels=np.zeros(1, np.uint8))
    with pytest.raises(InvalidValue, match=r"There is no image in the .* part of corrections"):
        prepare(TrainingConfig(sources=(CORRECTIONS,)))
