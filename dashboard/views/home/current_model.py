"""The model version that is being served, and how accurate it is."""

import streamlit as st

from dashboard.components import wording
from dashboard.views.home.pages import script_of
from hwr_core.app import SUITES, ModelVersion, evaluations_of

HEADLINE_SUITES = {
    "mnist": "MNIST",
    "strokes": "Drawn",
    "scans": "Scanned",
    "phone": "Phone photos",
    "poor": "Poor scans",
    "no-digit": wording.NOT_A_DIGIT,
    "numbers": "Whole numbers",
}
"""The suites that tell most users how good a model is, and what they are called here."""

SUITE_WIDTH = 158
"""Pixels: four stand side by side, and two on a phone."""


def show_current_model(version: ModelVersion) -> None:
    """The version that is being served, and its accuracy on each suite."""
    st.subheader("Current model")
    st.caption("Accuracy on images by writers it was not trained on:")
    found = evaluations_of(version)
    with st.container(horizontal=True):
        for name in (name for name in HEADLINE_SUITES if name in found):
            share = found[name].figures.accuracy.share
            text = "–" if share is None else f"{share:.1%}"
            st.metric(HEADLINE_SUITES[name], text, help=SUITES[name].about, width=SUITE_WIDTH)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{version.name}, created on {wording.day(version.card.created_at)}. "
            f"Calibration error {version.card.calibration_error:.1%}.",
            width="stretch",
        )
        st.page_link(script_of("models"), label="Models", icon=":material/arrow_forward:")
