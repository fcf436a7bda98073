"""Images of a slice as a grid: under each how it was read, and a click on that shows what is like it."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import show_seen, show_way_to_prediction
from hwr_core.app.slices import KEPT, Shown
from hwr_core.recognition.types import NONE

SIDE = 70
"""Pixels: eight stand side by side, and four on a phone."""
PAGE = 40
"""Images on one page of the grid."""

MOST_NUMBER = 2**53 - 1
"""The largest number that a browser can show."""

LOOK, FROM, PART, PREDICTION, IMAGE = "look", "from", "part", "prediction", "image"
"""What the address says: which view, of which source and part, and which image of it."""

IMAGES, NEIGHBOURS, DRIFT = VIEWS = ("Images", "Neighbours", "Drift")


def show_pages(found: Sequence[Shown], *, key: str) -> None:
    """A slice, one page of it at a time."""
    pages = -(-len(found) // PAGE)
    page = st.pagination(pages, key=f"{key}_page_{pages}") if pages > 1 else 1
    show_grid(found[(page - 1) * PAGE : page * PAGE], key=key)


def show_grid(
    found: Sequence[Shown], *, key: str, captions: Mapping[int, str] | None = None, lead_to_history: bool = False
) -> None:
    """Images side by side, each with how it was read, and a caption by its place where there are some.

    With `lead_to_history` each that is of the history leads to it in full.
    """
    with st.container(horizontal=True, gap="small"):
        for place, each in enumerate(found):
            if each.prediction.seen is None:
                continue
            with st.container(width=SIDE, gap=None, horizontal_alignment="center"):
                show_seen(each.prediction.seen, side=SIDE, caption=captions[place] if captions else None)
                st.button(
                    answer(each),
                    type="tertiary",
                    key=f"{key}_{each.source}_{each.number}",
                    on_click=look_at,
                    args=(each,),
                    help=f"Number {each.number}, {described(each)}. Show what is like it.",
                )
                if lead_to_history and each.source == KEPT:
                    show_way_to_prediction(each.number)


def look_at(one: Shown) -> None:
    """Turn to what is like one image."""
    st.session_state[LOOK] = NEIGHBOURS
    st.session_state[FROM] = one.source
    st.query_params[PREDICTION if one.source == KEPT else IMAGE] = str(one.number)


def choose_number(label: str, key: str, *, default: int, most: int | None = None) -> int:
    """A field for the number of an image, which stands in the address from the first click on.

    Not bound to the address as other choices are: what a click under an image sets would come into it only later.
    """
    asked = st.query_params.get(key, "")
    number = int(asked) if asked.isdecimal() and 1 <= int(asked) <= (most or MOST_NUMBER) else default
    field = f"data_{key}"
    st.session_state[field] = number
    st.number_input(label, 1, most or MOST_NUMBER, step=1, key=field, on_change=_remember, args=(key, field))
    return number


def _remember(key: str, field: str) -> None:
    st.query_params[key] = str(st.session_state[field])


def answer(one: Shown) -> str:
    """How an image was read, and what it really is where that differs: "7", "1, is 7"."""
    read = wording.symbol(one.prediction)
    return f"{read}, is {'–' if one.really == NONE else one.really}" if one.is_mistake else read


def described(one: Shown) -> str:
    """The same in a sentence's words, for a tooltip."""
    words = f"read as {wording.digit_or_none(str(one.read))}"
    if one.prediction.digit is not None:
        words += f" at {wording.percent(one.prediction.confidence)}"
    if one.really is None:
        return f"{words}, not judged"
    return f"{words}, really {wording.digit_or_none(str(one.really))}"
