"""Heads: which script the layers of all scripts together speak for, and what becomes of their files."""

import numpy as np
import pytest

from hwr_core.recognition.scripts.heads import NONE, Head, Heads, Layer, layers_file, layers_of_file
from hwr_core.scripts.script import WESTERN, find_script

ARABIC, KANNADA, CHINESE = (find_script(name) for name in ("arabic", "kannada", "chinese"))
FIRST = {WESTERN: 0, NONE: 10, "arabic": 11, "kannada": 21, "chinese": 31}
"""The first output of each script among all."""


def _layer(size, seed):
    rng = np.random.default_rng(seed)
    return Layer(rng.normal(size=(6, size)).astype(np.float32), rng.normal(size=size).astype(np.float32))


def _head(size, seed):
    return Head(_layer(size, seed), _layer(size + 1, seed + 50))


@pytest.fixture
def heads():
    """Heads of three scripts, with the layers of Western digits and of no symbol."""
    made = {script.name: _head(len(script.symbols), seed) for seed, script in enumerate((ARABIC, KANNADA, CHINESE))}
    return Heads({WESTERN: _layer(10, 8), NONE: _layer(1, 9)}, made, [ARABIC, KANNADA, CHINESE])


def _logits(**high):
    """Logits of 0, but for the symbols named as script_value."""
    logits = np.zeros(46, np.float32)
    for name, height in high.items():
        script, _, value = name.partition("_")
        logits[FIRST[script] + int(value or 0)] = height
    return logits


def test_all_scripts_are_told_apart_by_one_layer(heads):
    """Its outputs are those of the heads, in their order."""
    features = np.random.default_rng(9).normal(size=(4, 6)).astype(np.float32)
    logits = heads.among.logits(features)
    assert logits.shape == (4, 46)
    assert np.allclose(logits[:, 21:31], heads.head("kannada").among.logits(features), atol=1e-5)


def test_the_script_is_the_one_of_most_of_the_probability(heads):
    """Scripts are ranked, their shares sum to 1, and values are counted over all of them."""
    choice = heads.choice(_logits(arabic_5=9.0, kannada_0=10.0, western_0=9.5, none=11.0))
    assert choice.best == "kannada"
    assert [*choice.scripts][:3] == ["kannada", WESTERN, "arabic"]
    assert sum(choice.scripts.values()) == pytest.approx(1.0, abs=1e-5)
    assert choice.values[0] > 0.8 > choice.values[5]


def test_what_is_no_symbol_is_counted_by_itself(heads):
    """Where it is most probable, no script gains by it."""
    found = heads.script_probabilities(_logits(none=12.0))
    assert found[NONE] > 0.99
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-5)


def test_a_head_is_replaced_without_touching_the_others(heads):
    """Adding a script leaves every other head as it was."""
    fresh = _head(10, 99)
    changed = heads.with_head(KANNADA, fresh)
    assert changed.head("kannada") is fresh
    assert changed.head("arabic") is heads.head("arabic")
    assert {script.name for script in changed.scripts} == {"arabic", "kannada", "chinese"}


def test_heads_survive_their_files(heads):
    """What is written is what is read; anything else is refused."""
    again = Head.from_bytes(heads.head("chinese").to_bytes())
    assert (again.alone.weights == heads.head("chinese").alone.weights).all()
    assert set(layers_of_file(layers_file(heads.shared), (WESTERN, NONE))) == {WESTERN, NONE}
    for content in (b"", b"PK\x03\x04 rubbish", layers_file(heads.shared)):
        with pytest.raises(ValueError, match="no npz file of the layers among, alone"):
            Head.from_bytes(content)
