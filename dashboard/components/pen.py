"""The pen of the canvas: three in sight, any other width behind a button."""

import streamlit as st

PENS = {"Fine": 8, "Normal": 18, "Marker": 28}
"""Widths in pixels of the canvas."""

THINNEST, THICKEST = 5, 30


def pen_width(*, key: str) -> int:
    """Return the width of the pen chosen; it stays chosen on the way to another page and back."""
    width: int = st.session_state.setdefault(f"{key}_width", PENS["Normal"])
    return width


def choose_pen(*, key: str) -> None:
    """Show the pens, of which `pen_width` is the one chosen."""
    name, width = f"{key}_name", f"{key}_width"
    st.session_state.setdefault(name, "Normal")
    st.session_state.setdefault(width, PENS["Normal"])
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.segmented_control(
            "Pen",
            PENS,
            key=name,
            on_change=_take_pen,
            args=(name, width),
            persist_state="session",
            label_visibility="collapsed",
        )
        with st.popover("Width", icon=":material/line_weight:"):
            st.slider(
                "Width of the pen",
                THINNEST,
                THICKEST,
                format="%d px",
                key=width,
                on_change=_name_width,
                args=(name, width),
                persist_state="session",
            )


def _take_pen(name: str, width: str) -> None:
    """Set the width to that of the pen chosen; a second press on the same pen leaves it chosen."""
    pen = st.session_state[name]
    if pen is None:
        _name_width(name, width)
    else:
        st.session_state[width] = PENS[pen]


def _name_width(name: str, width: str) -> None:
    """Mark the pen that has the width set, if there is one."""
    pens = {pixels: pen for pen, pixels in PENS.items()}
    st.session_state[name] = pens.get(st.session_state[width])
