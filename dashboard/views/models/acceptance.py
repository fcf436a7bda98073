"""How many whole numbers of a version nobody has to check."""

import streamlit as st

from dashboard.components.charts.shown import show_figure
from dashboard.components.wording import percent
from dashboard.views.models.charts import risk
from hwr_core.app import Accepted, ModelVersion


def show_acceptance(version: ModelVersion) -> None:
    """Say and show how many lines of digits are accepted; or that the version has no model for that."""
    acceptance = version.card.lines and version.card.lines.acceptance
    if not acceptance or not acceptance.risk:
        st.caption("This version does not say which whole numbers nobody has to check.")
        return
    st.markdown(
        "Whole numbers: error rate when only the most confident are accepted",
        help="Measured on lines of digits by writers that the version does not know. On real documents more of the "
        "accepted may be wrong: check a sample of your own.",
    )
    words = "; ".join(in_words(each) for each in acceptance.accepted)
    st.markdown(f"Of {acceptance.test:,} lines, {words}.")
    show_figure(
        risk(acceptance.risk), key="models_acceptance", alt="Error rate of whole numbers against share accepted"
    )


def in_words(found: Accepted) -> str:
    """How many are accepted where a share may be wrong, and how many of them are."""
    wrong = "" if found.error is None else f" ({found.error:.1%} of them wrong)"
    return f"**{percent(found.coverage or 0.0)}** are accepted where {found.max_error:.0%} may be wrong{wrong}"
