"""Links to other pages."""

import streamlit as st

USER = "of"
"""The query parameter that names whose predictions are shown."""

PREDICTION = "prediction"
"""The query parameter that names a prediction by its id."""

_FORMERLY = "reading"
"""What links of earlier versions call that parameter."""


def show_link(label: str, address: str) -> None:
    """A link to another page of this server, in the same tab: a link button would open one more."""
    st.html(f'<a href="{address}" style="color: inherit">{label}</a>')


def link_to_prediction(prediction_id: int) -> None:
    """A link to a stored prediction in full."""
    st.page_link("app_pages/history.py", label=f"#{prediction_id}", query_params={PREDICTION: str(prediction_id)})


def link_to_draw(label: str = "Draw a digit") -> None:
    """A link to where predictions begin."""
    st.page_link("app_pages/draw.py", label=label, icon=":material/draw:")


def prediction_in_address() -> str | None:
    """The id of the prediction that the address asks for, None where it asks for none."""
    return st.query_params.get(PREDICTION) or st.query_params.get(_FORMERLY)
