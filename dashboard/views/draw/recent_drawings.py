"""The recent drawings of this session: small images with what each was read as, and links to those that were saved."""

from dataclasses import dataclass, field

import streamlit as st

from dashboard.components.answer import SHARPNESS, TABLE_SIDE
from dashboard.components.images import framed
from dashboard.components.links import link_to_prediction
from dashboard.services import preview
from hwr_core.app import data_url

MOST = 12
WIDTH = 72
"""Of a drawing with its words, in pixels."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing, what it was read as, and its id if it was saved; `name` tells it from all others.

    `label` is the user's label where that differs from what was read.
    """

    name: str
    image: bytes
    read_as: str
    prediction_id: int | None
    label: str | None = None


@dataclass(slots=True)
class _Recent:
    """The drawing on the canvas, and those before it, newest first."""

    current: Drawing | None = None
    past: list[Drawing] = field(default_factory=list)


def follow(current: Drawing | None, *, key: str) -> bool:
    """Take note of the drawing on the canvas: once it is saved or cleared, it is one of the recent drawings.

    Returns whether the recent drawings have changed.
    """
    recent = _recent(key)
    done = recent.current if current is None else current if current.prediction_id is not None else None
    recent.current = current
    if done is None or recent.past[:1] == [done]:
        return False
    others = [each for each in recent.past if each.name != done.name]
    recent.past = [done, *others][:MOST]
    return True


def show_recent_drawings(*, key: str) -> None:
    """Show the recent drawings, newest first."""
    past = _recent(key).past
    if not past:
        return
    st.markdown("**Recent drawings**")
    with st.container(horizontal=True, gap="small"):
        for drawing in past:
            with st.container(width=WIDTH, gap="xxsmall", horizontal_alignment="center"):
                _show(drawing)


def _show(drawing: Drawing) -> None:
    small = _thumbnail(drawing.image)
    st.image(small, width=TABLE_SIDE, alt=f"A drawing that was read as {drawing.read_as}")
    label = "" if drawing.label is None else f", label {drawing.label}"
    st.markdown(f"**{drawing.read_as}**{label}", width="content")
    if drawing.prediction_id is None:
        st.caption("not saved", width="content")
    else:
        link_to_prediction(drawing.prediction_id)


@st.cache_data(max_entries=128, show_spinner=False)
def _thumbnail(image: bytes) -> str:
    return data_url(framed(preview(image), SHARPNESS * TABLE_SIDE))


def _recent(key: str) -> _Recent:
    recent: _Recent = st.session_state.setdefault(f"{key}_recent", _Recent())
    return recent
