"""The drawing canvas: the one adapter around streamlit_drawable_canvas."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dashboard.services import on_phone
from hwr_core.app import Strokes

SIDE = 300
"""Pixels; leaves room for the page's margins on a phone of 360."""
PHONE_SIDE = 224
"""On a phone, so that the answer and its buttons are in sight below it."""
BESIDE = 96
"""Of the tools beside the small sheet, in pixels."""
WIDE = 700
"""Of the sheet for numbers, in pixels: all of a page's width; a phone has room for a square only."""

Stroke = dict[str, Any]
"""One stroke as the component describes it."""


@dataclass(slots=True)
class _Sheet:
    """One session's canvas: what was `received` from the browser, and `strokes`, what is left of it after undoing.

    `cleared` is what was last removed all at once. `is_put`: strokes were put on it that the browser has yet to draw.
    """

    revision: int = 0
    size: tuple[int, int] = (SIDE, SIDE)
    start: list[Stroke] = field(default_factory=list)
    received: list[Stroke] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    cleared: list[Stroke] = field(default_factory=list)
    is_put: bool = False

    def restart_with(self, strokes: list[Stroke]) -> None:
        """Have the browser redraw with these strokes."""
        self.start = self.strokes = strokes
        self.revision += 1


def sheet_size(*, is_wide: bool) -> tuple[int, int]:
    """Return width and height of the canvas in pixels: what the screen has room for."""
    if on_phone():
        return (SIDE, SIDE) if is_wide else (PHONE_SIDE, PHONE_SIDE)
    return (WIDE if is_wide else SIDE, SIDE)


def drawing_canvas(*, key: str, pen_width: int, size: tuple[int, int] = (SIDE, SIDE)) -> bytes | None:
    """Show a white sheet to draw on in black and return it as PNG, or None while nothing is drawn.

    On a dark page it is shown the other way round; what is returned is the same.
    """
    # Deferred: the component registers itself on import, which only a running Streamlit server allows.
    from streamlit_drawable_canvas import st_canvas  # noqa: PLC0415

    sheet = _sheet(key)
    if sheet.size != size:  # a sheet of another size begins blank: what is drawn is put on it
        sheet.size = size
        sheet.restart_with(sheet.strokes)
    # The style sheet knows this name: there the sheet is turned dark, and the component's own toolbar cut off.
    with st.container(key=f"{key}_{'dark' if st.context.theme.type == 'dark' else 'light'}_sheet", width="content"):
        result = st_canvas(
            stroke_width=_scaled(pen_width, size),
            stroke_color="#000000",
            background_color="#ffffff",
            width=size[0],
            height=size[1],
            # The component redraws only when this changes: the revision tells two restarts with equal strokes apart.
            initial_drawing={"objects": sheet.start, "revision": sheet.revision},
            return_image_data=True,
            key=key,
        )
    sheet.is_put = sheet.is_put and result.image_bytes is None
    if sheet.start and result.image_bytes is None and not sheet.is_put:
        # Back from another page: the browser has forgotten all strokes but those it was told to start with.
        sheet.restart_with([])
        st.rerun()
    strokes = (result.json_data or {}).get("objects", [])
    if strokes != sheet.received:
        if not strokes and sheet.strokes:
            sheet.cleared = sheet.strokes  # by the component's own Reset
        sheet.received = sheet.strokes = strokes
    return result.image_bytes if sheet.strokes else None


def put(key: str, strokes: Strokes, *, pen_width: int) -> None:
    """Put strokes on the sheet, in its pixels, in place of what is drawn there: they are the user's from then on."""
    sheet = _sheet(key)
    sheet.restart_with([_as_object(stroke, _scaled(pen_width, sheet.size)) for stroke in strokes])
    sheet.is_put = True


def undo(key: str) -> None:
    """Remove the last stroke, or restore what was just cleared."""
    sheet = _sheet(key)
    if sheet.strokes:
        sheet.restart_with(sheet.strokes[:-1])
    else:
        sheet.restart_with(sheet.cleared)
        sheet.cleared = []


def clear(key: str) -> None:
    """Remove all strokes."""
    sheet = _sheet(key)
    sheet.cleared = sheet.strokes
    sheet.restart_with([])


def _scaled(pen_width: int, size: tuple[int, int]) -> int:
    return round(pen_width * size[1] / SIDE)


def _as_object(stroke: NDArray[np.float32], width: int) -> Stroke:
    """A stroke as the component describes one that was drawn by hand."""
    (left, top), *way = stroke.round(1).tolist()
    path = [["M", left, top], *(["L", x, y] for x, y in way)]
    pen = {"stroke": "#000000", "strokeWidth": width, "strokeLineCap": "round", "strokeLineJoin": "round"}
    return {"type": "Path", "path": path, "fill": None, **pen}


def _sheet(key: str) -> _Sheet:
    sheet: _Sheet = st.session_state.setdefault(f"{key}_sheet", _Sheet())
    return sheet
