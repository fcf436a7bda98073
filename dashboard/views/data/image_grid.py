"""Images of a slice as a grid: under each how it was read, and a click on that shows similar images."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import show_seen
from dashboard.components.links import PREDICTION, link_to_prediction
from hwr_core.app import KEPT, Shown

SIDE = 84
"""Pixels: three times what the model saw; four stand side by side on a phone."""
PAGE = 40
"""Images on one page of the grid."""

LARGEST_NUMBER = 2**53 - 1
"""The largest number that a browser can show."""

VIEW, SOURCE, SPLIT, IMAGE = "look", "from", "part", "image"
"""The query parameters: which view, of which source and split, and which image of it."""

IMAGES, SIMILAR, DRIFT = VIEWS = ("Images", "Similar images", "Drift")


def show_pages(found: Sequence[Shown], *, key: str) -> None:
    """A slice, one page of it at a time."""
    pages = -(-len(found) // PAGE)
    page = st.pagination(pages, key=f"{key}_page_{pages}") if pages > 1 else 1
    show_grid(found[(page - 1) * PAGE : page * PAGE], key=key)


def show_grid(
    found: Sequence[Shown], *, key: str, captions: Mapping[int, str] | None = None, link_to_history: bool = False
) -> None:
    """Images side by side, each with how it was read, and a caption by its place where there is one.

    With `link_to_history` each stored prediction has a link to it in full.
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
                    on_click=open_similar,
                    args=(each,),
                    help=f"{_name(each)}: {described(each)}. Click for similar images.",
                )
                if link_to_history and each.source == KEPT:
                    link_to_prediction(each.number)


def open_similar(one: Shown) -> None:
    """Turn to the images similar to one."""
    st.session_state[VIEW] = SIMILAR
    st.session_state[SOURCE] = one.source
    st.query_params[PREDICTION if one.source == KEPT else IMAGE] = str(one.number)


def choose_number(label: str, name: str, *, asked: str | None, default: int, most: int = LARGEST_NUMBER) -> int:
    """A field for the number of an image, at first the one that the address asks for.

    Not bound to the address as other controls are: what a click under an image sets would reach it too late.
    """
    number = int(asked) if asked and asked.isdecimal() and 1 <= int(asked) <= most else default
    field = f"data_{name}"
    st.session_state[field] = number
    st.number_input(label, 1, most, step=1, key=field, on_change=_put_into_address, args=(name, field))
    return number


def _put_into_address(name: str, field: str) -> None:
    st.query_params[name] = str(st.session_state[field])


def answer(one: Shown) -> str:
    """How an image was read, and its label where that differs: "7", "1, label 7"."""
    read = wording.symbol(one.prediction)
    return f"{read}, label {wording.digit_symbol(one.really)}" if one.is_mistake else read


def described(one: Shown) -> str:
    """The same in a sentence's words, for a tooltip."""
    words = f"read as {wording.digit_in_words(one.read)}"
    if one.prediction.digit is not None:
        words += f" ({wording.percent(one.prediction.confidence)})"
    label = "no label" if one.really is None else f"labelled {wording.digit_in_words(one.really)}"
    return f"{words}, {label}"


def _name(one: Shown) -> str:
    return f"{'Prediction' if one.source == KEPT else 'Image'} {one.number}"
