"""What has become worse lately, what it is mostly due to, and the way to the images."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.filters import LABEL, OUTCOME, READ_AS
from dashboard.components.messages import literal
from dashboard.components.wording import NOT_A_DIGIT, WRONG, digit_symbol, source_word, verdict_word
from dashboard.views.data.drift import NAMES
from dashboard.views.data.image_grid import DRIFT, VIEW
from dashboard.views.home.pages import script_of
from hwr_core.app import Against, Change, Figure, Verdict

WEEK = "7 days"
"""The period to choose on the other page."""


def show_changes(changes: Sequence[Change]) -> None:
    """Each change in a sentence or two, with a link."""
    for change in changes:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            icon = "speed" if change.figure is Figure.SLOW else "trending_down"
            st.markdown(f":red[:material/{icon}:] {literal(change.in_words())}", width="stretch")
            page, label = ("data", "Compare") if change.figure is Figure.DRIFT else ("history", "See the images")
            st.page_link(script_of(page), label=label, icon=":material/arrow_forward:", query_params=filters_of(change))


def filters_of(change: Change) -> dict[str, str]:
    """The query parameters by which the history shows the images, or Data the drift."""
    if change.figure is Figure.DRIFT:
        return {VIEW: DRIFT, "recent": WEEK, "beside": NAMES[Against.EARLIER]}
    cause = change.cause
    found = {"period": WEEK}
    if change.figure is Figure.WRONG:
        found[OUTCOME] = WRONG
    elif change.figure is Figure.REFUSED:
        found["verdict"] = verdict_word(Verdict.NOT_A_DIGIT)
    if cause.username is not None:
        found["of"] = cause.username
    if cause.source is not None:
        found["source"] = source_word(cause.source)
    if cause.model_version is not None:
        found["model"] = cause.model_version
    if cause.mistake is not None:
        names = [NOT_A_DIGIT if digit is None else digit_symbol(digit) for digit in cause.mistake]
        found[LABEL], found[READ_AS] = names
    return found
