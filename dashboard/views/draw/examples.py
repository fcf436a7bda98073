"""Examples for those who have no pen at hand: a click writes one on the sheet, as if by hand."""

import streamlit as st

from dashboard.components.examples.tiles import show_examples
from dashboard.components.wording import NUMBERS
from dashboard.views.draw import canvas
from dashboard.views.draw.pen import PENS, pen_width
from hwr_core.app import Grey, Strokes, example_strokes, sheet

DIGITS, LONGER = ("2", "3", "7"), ("2048", "1793")
"""What is offered as one digit, and as numbers."""


def show_drawn_examples(kind: str, size: tuple[int, int], *, board: str, pen: str) -> None:
    """Show examples of what can be drawn on a sheet of this width and height in pixels.

    Args:
        kind: one digit, or numbers.
        size: of the sheet.
        board: the key of the canvas.
        pen: the key of its pen.
    """
    is_number = kind == NUMBERS
    texts = {f"Example {text}": text for text in (LONGER if is_number else DIGITS)}

    def write(name: str) -> None:
        canvas.put(board, _strokes(texts[name], size), pen_width=pen_width(key=pen))

    images = {name: _drawn(text, size) for name, text in texts.items()}
    show_examples("No pen at hand? Try an example:", images, write, key="draw_numbers" if is_number else "draw_digits")


@st.cache_data(max_entries=16, show_spinner=False)
def _drawn(text: str, size: tuple[int, int]) -> Grey:
    width, height = size
    return sheet(_strokes(text, size), width=width, height=height, pen=PENS["Normal"])


def _strokes(text: str, size: tuple[int, int]) -> Strokes:
    width, height = size
    return example_strokes(text, width=width, height=height)
