"""The tiles of examples: small images, each with its name below it as a button."""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.components.answer import SHARPNESS, TABLE_SIDE
from dashboard.components.images import framed, shrunk
from hwr_core.app import Grey, data_url

TILE = 92
"""Width of an image with its name, in pixels: three stand side by side on a phone."""


def show_examples(words: str, examples: Mapping[str, Grey], choose: Callable[[str], None], *, key: str) -> None:
    """Show examples by their names below some words; the name of the one that is clicked goes to `choose`."""
    st.caption(words)
    with st.container(horizontal=True, gap="small"):
        for place, (name, image) in enumerate(examples.items()):
            tile = f"{key}_example_tile_{place}"  # the style sheet knows it: there the button takes the image as well
            with st.container(key=tile, width=TILE, gap="xxsmall", horizontal_alignment="center"):
                # No `st.image`, which has a button of its own; the words are those of the button below.
                st.html(
                    f'<img src="{_small(image)}" width="{TABLE_SIDE}" height="{TABLE_SIDE}" alt="">', width="content"
                )
                st.button(name, type="tertiary", key=f"{key}_{place}", on_click=choose, args=(name,))


@st.cache_data(max_entries=64, show_spinner=False)
def _small(image: Grey) -> str:
    return data_url(framed(shrunk(image, SHARPNESS * TABLE_SIDE), SHARPNESS * TABLE_SIDE))
