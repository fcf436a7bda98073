"""The scripts as data: what each file says is true, and what numbers in each are worth."""

import unicodedata

import pytest

from hwr_core.errors import InvalidValue
from hwr_core.scripts.script import WESTERN, Script, all_scripts, all_values, find_script, symbol_of, values_of

SCRIPTS = list(all_scripts())


def test_western_digits_come_first():
    """The script that is read unless another is asked for heads every list."""
    assert SCRIPTS[0] == WESTERN
    assert {"arabic", "bengali", "chinese", "devanagari", "gujarati", "kannada", "telugu"} <= set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_symbols_are_worth_what_unicode_says(name):
    """Each symbol is one character, and its numeric value in Unicode is the one in the file."""
    script = find_script(name)
    worth = {"零": 0, "亿": 100_000_000}
    for symbol, value in zip(script.symbols, script.values, strict=True):
        assert len(symbol) == 1
        assert worth.get(symbol, unicodedata.numeric(symbol, None)) == value


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_looks_alike_is_there(name):
    """A script names only scripts and values that exist, each beside a symbol of its own."""
    script = find_script(name)
    for other, values in script.alike.items():
        assert set(values) <= set(find_script(other).values)
        assert set(values.values()) <= set(script.values)


@pytest.mark.parametrize("name", SCRIPTS[1:])
def test_every_source_names_its_makers(name):
    """Weights learned from a set have to say whose it is."""
    assert find_script(name).sources
    assert all(source.origin for source in find_script(name).sources)


def test_share_alike_data_is_learned_apart():
    """What is learned from it lies in a file of its own, never in the network that scripts share."""
    for script in all_scripts().values():
        for source in script.sources:
            assert source.apart == ("BY-SA" in source.origin)


@pytest.mark.parametrize(
    ("name", "text", "worth"),
    [
        ("arabic", "781", 781), ("kannada", "007", 7),
        ("chinese", "三", 3), ("chinese", "十", 10), ("chinese", "十二", 12), ("chinese", "三百二十", 320),
        ("chinese", "一千零五", 1005), ("chinese", "三万二千", 32_000), ("chinese", "一亿二千万", 120_000_000),
        ("chinese", "二百一十万", 2_100_000), ("chinese", "二零二六", 2026),
        ("chinese", "", None), ("chinese", "12", None),
    ],
)  # fmt: skip
def test_numbers_are_worth(name, text, worth):
    """Digits stand for their places; numerals multiply and add, or stand in a row like digits."""
    assert find_script(name).number(text) == worth


def test_a_script_that_does_not_exist_is_named():
    """The message says what there is."""
    with pytest.raises(InvalidValue, match="no script 'klingon'; there are western, arabic"):
        find_script("klingon")


def test_a_history_may_know_scripts_that_are_gone():
    """Its digits are shown as Western ones."""
    assert (symbol_of("runes", 7), symbol_of("kannada", 7), symbol_of("kannada", None)) == ("7", "೭", None)
    assert values_of("runes") == tuple(range(10))
    assert 100 in all_values()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"symbols": ("a", "b"), "values": (1, 2, 3)}, "2 symbols and 3 values"),
        ({"symbols": ("a", "a"), "values": (1, 2)}, "symbols are not all different"),
        ({"symbols": ("a", "b"), "values": (1, 1)}, "values are not all different"),
        ({"name": "Über"}, "name"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(changes, words):
    """What is wrong is said, before anything is learned."""
    valid = {"name": "mine", "title": "Mine", "native": "mine", "symbols": ("a", "b"), "values": (0, 1), "about": "x"}
    assert Script.model_validate(valid).symbol(1) == "b"
    with pytest.raises(ValueError, match=words):
        Script.model_validate({**valid, **changes})
