"""A bar that says how far a work of many parts is, and the button that stops it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hwr_core.images.types import OnProgress

NOTICEABLE = 0.5
"""Seconds after which a bar appears: what is done sooner needs none."""

Item = TypeVar("Item")


class _Bar:
    """Appears once a work takes a noticeable time, with a button beside it where the work has a name to be stopped by.

    A press on the button, as anything else that reruns the page, ends the run when the bar is moved next.
    """

    def __init__(self, work: str | None) -> None:
        self.place = st.empty()
        self._work = work
        self._began = time.monotonic()
        self._bar: DeltaGenerator | None = None

    def move(self, share: float, words: str) -> None:
        if time.monotonic() - self._began <= NOTICEABLE:
            return
        if self._bar is None:
            with self.place.container(horizontal=True, vertical_alignment="center"):
                self._bar = st.empty()
                if self._work is not None:
                    st.button(
                        "Stop",
                        icon=":material/stop:",
                        key=f"{self._work}_stop",
                        on_click=_note,
                        args=(self._work, True),
                    )
        self._bar.progress(share, words)


def counted(items: Sequence[Item], done: str, *, work: str | None = None) -> Iterator[Item]:
    """Yield the items; once that takes a noticeable time, a bar says how many are done, such as "Read 12 of 90"."""
    bar = _Bar(work)
    for number, item in enumerate(items):
        bar.move(number / len(items), f"{done} {number} of {len(items)}")
        yield item
    bar.place.empty()


@contextmanager
def telling(doing: str, *, work: str | None = None) -> Iterator[OnProgress]:
    """Give what is to hear of the share that is done; once it takes a noticeable time, a bar shows it."""
    bar = _Bar(work)
    try:
        yield lambda share: bar.move(share, doing)
    finally:
        bar.place.empty()


def is_stopped(work: str) -> bool:
    """Whether the person has stopped this work; if so, show that, and the way to go on."""
    if not st.session_state.get(_state(work)):
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Stopped.", width="content")
        st.button("Go on", icon=":material/play_arrow:", key=f"{work}_go_on", on_click=_note, args=(work, False))
    return True


def _note(work: str, stopped: bool) -> None:  # noqa: FBT001  what a button's press says
    st.session_state[_state(work)] = stopped


def _state(work: str) -> str:
    return f"{work}_stopped"
