"""A progress bar for a task of many parts, with the button that stops it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from hwr_core.app import OnProgress

NOTICEABLE = 0.5
"""Seconds after which a bar appears: a shorter task needs none."""

Item = TypeVar("Item")


class _Bar:
    """Appears once a task takes a noticeable time, with a button beside it where the task has a name to be stopped by.

    A press on the button, like anything else that reruns the page, ends the run when the bar moves next.
    """

    def __init__(self, task: str | None) -> None:
        self.place = st.empty()
        self._task = task
        self._began = time.monotonic()
        self._bar: DeltaGenerator | None = None

    def move(self, share: float, text: str) -> None:
        if time.monotonic() - self._began <= NOTICEABLE:
            return
        if self._bar is None:
            with self.place.container(horizontal=True, vertical_alignment="center"):
                self._bar = st.empty()
                if self._task is not None:
                    st.button(
                        "Stop",
                        icon=":material/stop:",
                        key=f"{self._task}_stop",
                        on_click=_set_stopped,
                        args=(self._task, True),
                    )
        self._bar.progress(share, text)


def counted(items: Sequence[Item], done: str, *, task: str | None = None) -> Iterator[Item]:
    """Yield the items; once that takes a noticeable time, a bar counts those that are done: "Read 12 of 90"."""
    bar = _Bar(task)
    for number, item in enumerate(items):
        bar.move(number / len(items), f"{done} {number} of {len(items)}")
        yield item
    bar.place.empty()


@contextmanager
def progress_bar(text: str, *, task: str | None = None) -> Iterator[OnProgress]:
    """Yield a function to call with the share that is done; once the task takes a noticeable time, a bar shows it."""
    bar = _Bar(task)
    try:
        yield lambda share: bar.move(share, text)
    finally:
        bar.place.empty()


def is_stopped(task: str) -> bool:
    """Whether the user has stopped this task; if so, say so and offer to continue."""
    if not was_stopped(task):
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Stopped.", width="content")
        st.button(
            "Continue", icon=":material/play_arrow:", key=f"{task}_continue", on_click=_set_stopped, args=(task, False)
        )
    return True


def was_stopped(task: str) -> bool:
    """Whether the user has stopped this task, of which nothing can be continued."""
    return bool(st.session_state.get(_state(task)))


def begin(task: str) -> None:
    """Forget that this task was stopped before: it begins anew."""
    st.session_state.pop(_state(task), None)


def _set_stopped(task: str, stopped: bool) -> None:  # noqa: FBT001  the argument of a button's callback
    st.session_state[_state(task)] = stopped


def _state(task: str) -> str:
    return f"{task}_stopped"
