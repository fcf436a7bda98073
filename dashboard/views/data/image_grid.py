"""Images of a slice as a grid: as they came in beside what the model saw, and how they were read, to be clicked."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.links import PREDICTION, link_to_prediction
from dashboard.components.progress import counted
from dashboard.components.upload_preview import UploadPreview, as_preview, show_beside, upload_previews
from dashboard.services import on_phone
from hwr_core.app import KEPT, Shown

SIDE, SIDE_ON_PHONE = 112, 77
"""Pixels of each of the two images of a tile: on a phone of 360 two tiles stand side by side."""
PAGE = 40
"""Images on one page of the grid."""

LARGEST_NUMBER = 2**53 - 1
"""The largest number that a browser can show."""

VIEW, SOURCE, SPLIT, IMAGE = "look", "from", "part", "image"
"""The query parameters: which view, of which source and split, and which image of it."""

IMAGES, MAP, SIMILAR, DRIFT = VIEWS = ("Images", "Map", "Similar images", "Drift")


def show_pages(found: Sequence[Shown], *, key: str, on_leave_out: Callable[[Shown], None] | None = None) -> None:
    """A slice, one page of it at a time; `on_leave_out` as in `show_grid`."""
    pages = -(-len(found) // PAGE)
    page = st.pagination(pages, key=f"{key}_page_{pages}") if pages > 1 else 1
    show_grid(found[(page - 1) * PAGE : page * PAGE], key=key, on_leave_out=on_leave_out)


def show_grid(
    found: Sequence[Shown],
    *,
    key: str,
    captions: Mapping[int, str] | None = None,
    on_leave_out: Callable[[Shown], None] | None = None,
) -> None:
    """Images side by side, each with how it was read, and a caption by its place where there is one.

    Beside what the model saw stands the image as it came in, where it was kept. Each stored prediction has a link to it
    in full, and where they are a selection, of which one can be left out, each has a button that does.
    """
    originals = _originals(found)
    side = SIDE_ON_PHONE if on_phone() else SIDE
    width = 2 * side + 2 if any(originals) else side
    with st.container(horizontal=True, gap="small"):
        for place, (each, original) in enumerate(zip(found, originals, strict=True)):
            if each.prediction.seen is not None:
                with st.container(width=width, gap=None):
                    show_beside(original, each.prediction.seen, side=side, alt="The image as it came in")
                    if captions:
                        st.caption(captions[place])
                    _show_words(each, key=key, on_leave_out=on_leave_out)


def _originals(found: Sequence[Shown]) -> list[UploadPreview | None]:
    """The images as they came in: a data set's, or the uploads of stored predictions."""
    if all(each.source == KEPT for each in found):
        return upload_previews((each.number, each.upload) for each in counted(found, "Loaded"))
    return [None if each.original is None else as_preview(each.original) for each in found]


def _show_words(one: Shown, *, key: str, on_leave_out: Callable[[Shown], None] | None) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            answer(one),
            type="tertiary",
            key=f"{key}_{one.source}_{one.number}",
            on_click=open_similar,
            args=(one,),
            help=f"{name_of(one)}: {described(one)}. Click for similar images.",
        )
        if one.source == KEPT:
            link_to_prediction(one.number)
        if on_leave_out:
            st.button(
                "Leave out",
                type="tertiary",
                key=f"{key}_without_{one.number}",
                on_click=on_leave_out,
                args=(one,),
                help="Select this image no more.",
            )


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


def name_of(one: Shown) -> str:
    """Which image it is, in words."""
    return f"{'Prediction' if one.source == KEPT else 'Image'} {one.number}"
