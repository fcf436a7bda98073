"""Heads: what the logits of all symbols say of one script, and of which script an image is."""

import numpy as np
import pytest

from hwr_core.recognition.calibration import softmax
from hwr_core.recognition.scripts.heads import NONE, OTHERS, Head, Heads
from hwr_core.recognition.scripts.reader import shared_heads, shared_heads_file
from hwr_core.scripts.script import WESTERN, find_script

ARABIC, KANNADA, CHINESE = (find_script(name) for name in ("arabic", "kannada", "chinese"))


def _head(size, seed):
    rng = np.random.default_rng(seed)
    return Head(rng.normal(size=(6, size)).astype(np.float32), rng.normal(size=size).astype(np.float32))


@pytest.fixture
def heads():
    """Heads of three scripts, of Western digits and of no symbol."""
    sizes = {WESTERN: 10, NONE: 1, "arabic": 10, "kannada": 10, "chinese": 15}
    made = {name: _head(size, seed) for seed, (name, size) in enumerate(sizes.items())}
    return Heads(made, [ARABIC, KANNADA, CHINESE])


def _logits(heads, **high):
    """Logits of 0, but for the symbols named as script_value."""
    logits = np.zeros(46, np.float32)
    for name, height in high.items():
        script, _, value = name.partition("_")
        logits[heads.place(script) + (int(value) if value else 0)] = height
    return logits


def test_all_heads_are_one_layer(heads):
    """The outputs are those of the heads, in their order."""
    features = np.random.default_rng(9).normal(size=(4, 6)).astype(np.float32)
    logits = heads.logits(features)
    assert logits.shape == (4, 46)
    own = heads.head("kannada")
    assert np.allclose(logits[:, 21:31], features @ own.weights + own.bias, atol=1e-5)


def test_a_named_script_is_believed(heads):
    """Where an Arabic 2 and a Chinese 7 are as probable, the one of the script that was asked for wins."""
    logits = _logits(heads, arabic_2=12.0, chinese_7=12.0)
    for script, best in (("arabic", 2), ("chinese", 7)):
        shares = softmax(heads.of_script(logits, script))
        assert shares.argmax() == best
        assert shares[best] == pytest.approx(1 / (1 + OTHERS), abs=0.01)


def test_what_looks_alike_in_another_script_does_not_count(heads):
    """A ring is a Kannada 0 as well as an Arabic 5: in neither script is it an argument against the digit."""
    assert KANNADA.alike["arabic"][5] == 0
    shares = softmax(heads.of_script(_logits(heads, arabic_5=14.0, kannada_0=10.0), "kannada"))
    assert shares[0] > 0.99


def test_what_is_no_symbol_is_refused_in_every_script(heads):
    """The last share is that of no symbol and of the symbols of other scripts."""
    for script in ("arabic", "kannada", "chinese"):
        assert softmax(heads.of_script(_logits(heads, none=12.0), script))[-1] > 0.99
    assert softmax(heads.of_script(_logits(heads, kannada_9=12.0), "arabic"))[-1] > 0.99


def test_the_script_is_the_one_of_most_of_the_probability(heads):
    """Scripts are ranked, their shares sum to 1, and values are counted over all of them."""
    choice = heads.choice(_logits(heads, arabic_5=9.0, kannada_0=10.0, western_0=10.0, none=11.0))
    assert choice.best in ("kannada", WESTERN)
    assert sum(choice.scripts.values()) == pytest.approx(1.0, abs=1e-5)
    assert list(choice.scripts.values()) == sorted(choice.scripts.values(), reverse=True)
    assert choice.values[0] > 0.8 > choice.values[5]


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
    assert (again.weights == heads.head("chinese").weights).all()
    assert set(shared_heads(shared_heads_file(heads))) == {WESTERN, NONE}
    for content in (b"", b"PK\x03\x04 rubbish", heads.head("arabic").to_bytes()):
        with pytest.raises(ValueError, match="npz file"):
            shared_heads(content)
    with pytest.raises(ValueError, match="npz file"):
        Head.from_bytes(b"rubbish")
