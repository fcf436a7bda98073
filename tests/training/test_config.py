"""A training config is checked before anything is loaded, and refused in words."""

import json
import subprocess
import sys

import pytest

from hwr_core.datasets.sources import OPEN_SOURCES
from hwr_core.errors import InvalidValue
from hwr_core.settings import PROJECT
from hwr_core.training.config import TrainingConfig, read_config, training_config


def test_the_default_uses_all_sources():
    """Without a file and without changes the config is the shipped model's."""
    assert training_config(read_config(None)) == TrainingConfig()
    assert TrainingConfig().sources == OPEN_SOURCES


def test_changes_come_on_top_of_the_file(tmp_path):
    """Values are JSON or plain words; of two changes to one value the last counts."""
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"epochs": 3, "batch_size": 64}))
    changes = ["epochs=4", "epochs=5", 'sources=["mnist"]', "precision=mixed_bfloat16", "learning_rate=1e-4"]
    config = training_config(read_config(file, changes))
    assert (config.epochs, config.batch_size, config.learning_rate) == (5, 64, 1e-4)
    assert (config.sources, config.precision) == (("mnist",), "mixed_bfloat16")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("epochs=0", "epochs is 0, and it should be greater than or equal to 1"),
        ("epochs=2.5", "epochs is 2.5, .*integer"),
        ("epochs=many", "epochs is 'many', .*integer"),
        ("epochs", "epochs is ''"),
        ("batch_size=4", "batch_size is 4, .*8"),
        ("learning_rate=NaN", "learning_rate is nan"),
        ("learning_rate=Infinity", "learning_rate is inf"),
        ("learning_rate=0", "learning_rate is 0, .*greater than 0"),
        ("ema_momentum=1", "ema_momentum is 1, .*less than 1"),
        ("label_smoothing=-0.1", "label_smoothing is -0.1"),
        ("augmentation=3.5", "augmentation is 3.5, .*3"),
        ("architecture=huge", "there is no network 'huge'; there are small"),
        ('sources=["mnist", "imagenet"]', "there is no data set imagenet; there are mnist"),
        ("sources=[]", "choose at least one data set"),
        ("learning_rat=0.1", "there is no learning_rat"),
        ("=3", "there is no value without a name"),
    ],
)
def test_a_wrong_value_is_named(change, message):
    """The message holds the name, the value given and what is allowed."""
    with pytest.raises(InvalidValue, match=rf"The training config is not valid: .*{message}"):
        training_config(read_config(None, [change]))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b'"epochs"', b"null", b"\xff\xfe"])
@pytest.mark.parametrize("changes", [[], ["epochs=2"]])
def test_a_file_that_is_not_a_config_is_refused(tmp_path, content, changes):
    """Anything but a JSON object is refused, with or without changes on top."""
    file = tmp_path / "config.json"
    file.write_bytes(content)
    with pytest.raises(InvalidValue, match="The config"):
        read_config(file, changes)


def test_a_missing_file_is_named_without_its_place(tmp_path):
    """The message gives the reason, but not the path."""
    with pytest.raises(InvalidValue, match="cannot be opened: No such file or directory") as caught:
        read_config(tmp_path / "gone.json")
    assert str(tmp_path) not in str(caught.value)


def test_a_config_never_changes():
    """A run's config is the one it was started with."""
    with pytest.raises(ValueError, match="frozen"):
        TrainingConfig().epochs = 3


def test_checking_a_config_loads_no_tensorflow():
    """A server can refuse a wrong training without paying for TensorFlow."""
    source = "import sys, hwr_core.training.config; print('tensorflow' in sys.modules, 'keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
