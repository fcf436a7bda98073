"""What was drawn in this session: small images with what each was read as, and the way to those that were kept."""

from dataclasses import dataclass, field

import streamlit as st

from dashboard.components.images import framed
from dashboard.components.panels import SHARPNESS, TABLE_SIDE, show_way_to_prediction
from dashboard.services import preview
from hwr_core.images.encode import data_url

MOST = 12
WIDTH = 72
"""Of a drawing with its words, in pixels."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing, what it was read as, and its number in the history if it was kept; `name` tells it from all others.

    `really` is what the person said it is instead.
    """

    name: str
    image: bytes
    read_as: str
    number: int | None
    really: str | None = None


@dataclass(slots=True)
class _Trail:
    """The drawing on the canvas, and those before it, newest first."""

    current: Drawn | None = None
    past: list[Drawn] = field(default_factory=list)


def follow(current: Drawn | None, *, key: str) -> bool:
    """Take note of the drawing on the canvas: once it is kept or put away, it belongs to what was drawn.

    Returns whether what was drawn is another now.
    """
    trail = _trail(key)
    done = trail.current if current is None else current if current.number is not None else None
    trail.current = current
    if done is None or trail.past[:1] == [done]:
        return False
    others = [each for each in trail.past if each.name != done.name]
    trail.past = [done, *others][:MOST]
    return True


def show_drawn(*, key: str) -> None:
    """Show what was drawn, newest first."""
    past = _trail(key).past
    if not past:
        return
    st.markdown("**Drawn just now**")
    with st.container(horizontal=True, gap="small"):
        for drawn in past:
            with st.container(width=WIDTH, gap="xxsmall", horizontal_alignment="center"):
                _show(drawn)


def _show(drawn: Drawn) -> None:
    small = _thumbnail(drawn.image)
    st.image(small, width=TABLE_SIDE, alt=f"A drawing that was read as {drawn.read_as}")
    really = "" if drawn.really is None else f", is {drawn.really}"
    st.markdown(f"**{drawn.read_as}**{really}", width="content")
    if drawn.number is None:
        st.caption("not kept", width="content")
    else:
        show_way_to_prediction(drawn.number)


@st.cache_data(max_entries=128, show_spinner=False)
def _thumbnail(image: bytes) -> str:
    return data_url(framed(preview(image), SHARPNESS * TABLE_SIDE))


def _trail(key: str) -> _Trail:
    trail: _Trail = st.session_state.setdefault(f"{key}_trail", _Trail())
    return trail
