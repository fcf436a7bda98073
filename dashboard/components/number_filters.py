"""The controls that filter numbers; their values stand in the address, so that a view can be shared."""

import streamlit as st

from dashboard.components.filters import ALL, OUTCOMES, PERIODS, SOURCES, choice, choose_user, since
from hwr_core.app import NumberFilter

ACCEPTED = {ALL: None, "Accepted": True, "Not accepted": False}
FITS = {ALL: None, "Fits": True, "Does not fit": False}


def choose_number_filter(timezone: str) -> NumberFilter:
    """Show the filters and return what they select."""
    with st.expander("Filters", icon=":material/filter_list:", expanded=False):
        row = st.columns(4)
        with row[0]:
            period = choice("Period", {name: name for name in PERIODS}, "period")
            whose = choose_user()
        with row[1]:
            text = st.text_input("Digits in it", key="digits", bind="query-params", max_chars=100)
            pattern = st.text_input("Pattern", key="pattern", bind="query-params", max_chars=200)
        with row[2]:
            accepted = choice("Accept", ACCEPTED, "accepted")
            fits = choice("Pattern fits", FITS, "fits")
        with row[3]:
            outcome = choice("Outcome", OUTCOMES, "outcome")
            source = choice("Source", SOURCES, "source")
    return NumberFilter(
        user_id=whose,
        text=text or None,
        pattern=pattern or None,
        accepted=accepted,
        fits=fits,
        labelled=outcome,
        source=source,
        since=since(PERIODS[period], timezone),
    )
