"""Keys of a page that reach its script each once and in their order, however fast they are pressed."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st
import streamlit.components.v1 as components

FRAME = Path(__file__).with_name("frame")

NOTHING_TAKEN = ("", 0)
"""The frame whose keys were taken, and the number of the last one."""


class Key(TypedDict):
    """One key that was pressed, and its number in its frame."""

    number: int
    key: str


class Sent(TypedDict):
    """What a frame sends: its own name, and all keys that it does not know to have been taken."""

    frame: str
    keys: list[Key]


def listen_to_keys(keys: Sequence[str], act: Callable[[str], bool], *, key: str) -> None:
    """Call `act` with the name of each key that is pressed on the page, before the page is drawn again.

    A key held down counts once. Fields keep their keys, and a button that was reached by Tab its Enter, also where no
    key is named: shortcuts of other buttons would take it.

    Args:
        keys: their names as browsers have them, letters as capitals: "Enter", "ArrowLeft", "7", "N".
        act: does what a key asks for and returns whether the keys pressed after it are to be heeded, too.
        key: of the widget.
    """
    frame, taken = st.session_state.get(f"{key}_taken", NOTHING_TAKEN)
    _component()(keys=[*keys], frame=frame, taken=taken, default=None, key=key, on_change=lambda: _take(act, key=key))


def _take(act: Callable[[str], bool], *, key: str) -> None:
    """Act on the keys that were not taken before; those behind one that fails are dropped."""
    sent: Sent | None = st.session_state[key]
    if sent is None:
        return
    new = not_taken(sent, *st.session_state.get(f"{key}_taken", NOTHING_TAKEN))
    st.session_state[f"{key}_taken"] = (sent["frame"], max(each["number"] for each in sent["keys"]))
    for name in new:
        if not act(name):
            return


def not_taken(sent: Sent, frame: str, taken: int) -> list[str]:
    """Return the keys behind number `taken` of a frame; one that was loaded anew counts from the beginning."""
    return [each["key"] for each in sent["keys"] if frame != sent["frame"] or each["number"] > taken]


@cache
def _component() -> Any:
    """Declared once for a process, and not on import: a running Streamlit server serves its files."""
    return components.declare_component("keys", path=FRAME)
