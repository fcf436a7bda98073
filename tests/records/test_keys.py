"""The keys of a user: which may be chosen, and how they are stored."""

import pytest

from hwr_core.errors import InvalidValue
from hwr_core.records.keys import ALLOWED_KEYS, USUAL_KEYS, Keys, keys_from_json


def test_keys_survive_being_stored():
    """What is stored comes back, and nothing stored means the usual keys."""
    keys = Keys(agree="A", clear="Delete")
    assert keys_from_json(keys.to_json()) == keys
    assert keys_from_json(None) == Keys()


def test_two_acts_may_change_places():
    """Only all of them together are looked at."""
    keys = Keys(agree="N", not_a_digit="Enter")
    assert (keys.agree, keys.not_a_digit) == ("N", "Enter")


@pytest.mark.parametrize("key", ["7", "C", "R", "a", "", "F5", "Tab", "x" * 1000])
def test_other_keys_are_refused(key):
    """Digits label, C and R are Streamlit's, others are no names of keys: the message says what is allowed."""
    assert key not in ALLOWED_KEYS
    with pytest.raises(
        InvalidValue, match=r"cannot be the key of 'Save'; allowed are the letters but C and R"
    ) as found:
        Keys(save=key)
    assert len(str(found.value)) < 300


def test_one_key_for_two_acts_is_refused():
    """And both are named."""
    with pytest.raises(InvalidValue, match="U is the key of 'Agree' and of 'Undo'; each needs its own"):
        Keys(agree="U")


def test_stored_keys_that_go_with_no_act_any_more_are_the_usual_ones():
    """A version that gives a key to a new act leaves nobody without a user."""
    assert keys_from_json('{"agree": "U"}') == USUAL_KEYS
    assert keys_from_json('{"agree": "A", "of_another_version": "U"}') == Keys(agree="A")
