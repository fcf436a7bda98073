"""A page on which boxes are drawn, moved and resized: the adapter around streamlit_drawable_canvas in this mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components.images import shrunk
from hwr_core.app import Box, PageImage, as_png

WIDTH, TALLEST = 620, 900
"""Pixels of the page on the screen; a higher one is scrolled."""

SIDES = ("left", "top", "width", "height")
"""What the component calls the sides of a box."""

COLOUR, LINE, FONT = "#1f6feb", 2, 16


@dataclass(frozen=True, slots=True)
class NamedBox:
    """A box in pixels of the file as sent, and the name that stands on it."""

    name: str
    box: Box


def draw_boxes(page: PageImage, start: Sequence[NamedBox], *, next_name: str, key: str) -> list[NamedBox]:
    """Show a page with boxes and return those that stand on it now.

    Args:
        page: the image.
        start: the boxes at first; those of one page stay the same from run to run.
        next_name: stands on a box that is drawn next.
        key: of the widget.
    """
    # Deferred: the component registers itself on import, which only a running Streamlit server allows.
    from streamlit_drawable_canvas import boxes_to_drawing, st_canvas  # noqa: PLC0415

    height, width = page.grey.shape
    shown = WIDTH / width
    scale = page.scale / shown
    objects = [
        {"label": each.name} | dict(zip(SIDES, (side / scale for side in each.box), strict=True)) for each in start
    ]
    result = st_canvas(
        fill_color="rgba(31, 111, 235, 0.12)",
        stroke_width=LINE,
        stroke_color=COLOUR,
        background_image=as_png(shrunk(page.grey, 2 * max(WIDTH, round(height * shown)))),
        width=WIDTH,
        height=max(1, round(height * shown)),
        max_display_height=TALLEST,
        drawing_mode="labeled_rect",
        initial_drawing=boxes_to_drawing(objects, stroke_color=COLOUR, stroke_width=LINE),
        font_size=FONT,
        label=next_name,
        key=key,
    )
    if result.json_data is None:  # nothing has come from the browser yet
        return [*start]
    return [_in_file(each, start, scale) for each in result.boxes]


def _in_file(drawn: dict[str, Any], start: Sequence[NamedBox], scale: float) -> NamedBox:
    """The box in pixels of the file: exactly as at first where nobody moved it."""
    left, top, width, height = (round(drawn[side] * scale) for side in SIDES)
    found = NamedBox(drawn["label"], (left, top, width, height))
    same = (each for each in start if each.name == found.name and _is_near(each.box, found.box, scale))
    return next(same, found)


def _is_near(one: Box, other: Box, scale: float) -> bool:
    return all(abs(side - other_side) <= scale for side, other_side in zip(one, other, strict=True))
