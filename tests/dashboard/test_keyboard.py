"""Keys that reach the script in bunches."""

from dashboard.components.keyboard import Key, Sent, not_taken


def sent(frame: str, *numbers: int) -> Sent:
    """What a frame sends when these keys wait in it."""
    return Sent(frame=frame, keys=[Key(number=number, key=str(number)) for number in numbers])


def test_a_key_that_is_sent_again_is_not_taken_again() -> None:
    """A frame sends all that it does not know to have been taken; only what is new counts, in its order."""
    assert not_taken(sent("a", 1, 2, 3), "", 0) == ["1", "2", "3"]
    assert not_taken(sent("a", 1, 2, 3, 4), "a", 2) == ["3", "4"]
    assert not_taken(sent("a", 1, 2), "a", 2) == []


def test_a_frame_that_is_loaded_anew_counts_anew() -> None:
    """After a reload its first key is number 1 again, and is taken."""
    assert not_taken(sent("b", 1), "a", 7) == ["1"]
