"""The pen of the canvas: three widths in sight, any other behind a button."""

import streamlit as st

PENS = {"Fine": 8, "Normal": 18, "Marker": 28}
"""Widths in pixels of the canvas."""

THINNEST, THICKEST = 5, 30


def pen_width(*, key: str) -> int:
    """Return the width of the selected pen, which stays selected on the way to another page and back."""
    width: int = st.session_state.setdefault(f"{key}_width", PENS["Normal"])
    return width


def choose_pen(*, key: str, all_hidden: bool = False) -> None:
    """Show the pens, of which `pen_width` is the selected one; all behind a button where there is little room."""
    name, width = f"{key}_name", f"{key}_width"
    st.session_state.setdefault(name, "Normal")
    st.session_state.setdefault(width, PENS["Normal"])
    if all_hidden:
        with st.popover("Pen", icon=":material/line_weight:", width="stretch"):
            _show_pens(name, width)
            _show_width(name, width)
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        _show_pens(name, width)
        with st.popover("Width", icon=":material/line_weight:"):
            _show_width(name, width)


def _show_pens(name: str, width: str) -> None:
    st.segmented_control(
        "Pen",
        PENS,
        key=name,
        on_change=_select_pen,
        args=(name, width),
        persist_state="session",
        label_visibility="collapsed",
    )


def _show_width(name: str, width: str) -> None:
    st.slider(
        "Pen width",
        THINNEST,
        THICKEST,
        format="%d px",
        key=width,
        on_change=_select_width,
        args=(name, width),
        persist_state="session",
    )


def _select_pen(name: str, width: str) -> None:
    """Set the width to that of the selected pen; a second press on the same pen leaves it selected."""
    pen = st.session_state[name]
    if pen is None:
        _select_width(name, width)
    else:
        st.session_state[width] = PENS[pen]


def _select_width(name: str, width: str) -> None:
    """Select the pen that has this width, if there is one."""
    pens = {pixels: pen for pen, pixels in PENS.items()}
    st.session_state[name] = pens.get(st.session_state[width])
