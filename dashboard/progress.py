"""A bar that says how far a work of many parts is."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st

NOTICEABLE = 0.5
"""Seconds after which a bar appears: what is done sooner needs none."""

Item = TypeVar("Item")


def counted(items: Sequence[Item], done: str) -> Iterator[Item]:
    """Yield the items; once that takes a noticeable time, a bar says how many are done, such as "Read 12 of 90"."""
    place = st.empty()
    began = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - began > NOTICEABLE:
            place.progress(number / len(items), f"{done} {number} of {len(items)}")
        yield item
    place.empty()


@contextmanager
def telling(doing: str) -> Iterator[Callable[[float], None]]:
    """Give what is to hear of the share that is done; once it takes a noticeable time, a bar shows it."""
    place = st.empty()
    began = time.monotonic()

    def hear(share: float) -> None:
        if time.monotonic() - began > NOTICEABLE:
            place.progress(share, doing)

    yield hear
    place.empty()
