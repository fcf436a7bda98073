"""The answer for one image: the predicted digit, what the model saw, and all probabilities."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import wording
from dashboard.components.images import enlarged
from dashboard.components.probability_bars import probability_bars
from dashboard.services import on_phone
from hwr_core.app import SIDE, WESTERN, Grey, Prediction, data_url, values_of

ANSWER_SIDE = 140
TABLE_SIDE = 56
"""How large what the model saw is shown, in pixels: whole multiples of its 28."""

ROW_HEIGHT, LOW_ROW_HEIGHT = 176, 60
"""Of the answer: on a phone the buttons below it have to be in sight as well."""

SHARPNESS = 2
"""Screen pixels per page pixel on most phones: enlarged this far here, the browser need not blur."""


def show_answer(prediction: Prediction) -> None:
    """The digit, large, beside what the model saw, and how confident the prediction is."""
    is_low = on_phone()
    with _answer_row():
        show_symbol(wording.symbol(prediction), rem=3.5 if is_low else 7)
        if prediction.seen is not None and is_low:
            show_seen(prediction.seen, side=TABLE_SIDE)
        elif prediction.seen is not None:
            show_seen(prediction.seen, side=ANSWER_SIDE, caption="What the model saw")
    st.markdown(f"**{wording.headline(prediction)}** {wording.detail(prediction) or wording.advice(prediction)}")


def show_hint(text: str) -> None:
    """What to do, in the place of an answer while there is none."""
    with _answer_row():
        show_symbol("?", rem=3.5 if on_phone() else 7, opacity=0.25)
    st.markdown(text)


def show_symbol(symbol: str, *, rem: float = 7, opacity: float = 1) -> None:
    """One or two characters, larger than any of the theme's headings."""
    # Clipped: a font is higher than its digits, and what reaches beyond a row makes it one to be scrolled.
    style = f"font-size: {rem}rem; font-weight: 600; line-height: 1; overflow-y: clip; opacity: {opacity}"
    st.html(f'<div style="{style}">{symbol}</div>', width="content")


def show_seen(seen: Grey, *, side: int, caption: str | None = None) -> None:
    """The 28x28 that the model saw, enlarged to `side` pixels, each of its own pixels left visible."""
    # Within the page: a file of Streamlit's is gone when the page is drawn anew before the browser has fetched it.
    image = data_url(enlarged(seen, SHARPNESS * side // SIDE))
    st.image(image, caption=caption, width=side, alt="The digit as the model saw it, 28 by 28 pixels")


def thumbnail(prediction: Prediction) -> str | None:
    """What the model saw as a data URL for a table; None for a blank image."""
    return None if prediction.seen is None else data_url(enlarged(prediction.seen, TABLE_SIDE // SIDE))


def show_probabilities(prediction: Prediction | None, script: str = WESTERN) -> None:
    """The probability of each digit; without a prediction all are zero, so that nothing moves when one comes.

    `script`: in which there is no prediction yet.
    """
    script = prediction.script if prediction else script
    symbols = [wording.written(value, script) for value in values_of(script)]
    probabilities = prediction.probabilities if prediction else (0.0,) * len(symbols)
    st.html(probability_bars(probabilities, symbols, prediction.symbol if prediction else None))


def _answer_row() -> DeltaGenerator:
    """As tall with an answer as without, so that nothing moves when one comes."""
    height = LOW_ROW_HEIGHT if on_phone() else ROW_HEIGHT
    return st.container(horizontal=True, vertical_alignment="center", gap="large", height=height, border=False)
