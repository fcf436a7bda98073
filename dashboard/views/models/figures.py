"""The figures of a model version: a table of all suites, and charts of one."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.charts.shown import show_figure
from dashboard.views.models.charts import per_label, reliability, risk
from hwr_core.app import Evaluation, Figures, ModelVersion, evaluations_of

PERCENT = "%.2f%%"
"""Of all shares in tables: the best versions differ in the second decimal."""

MEANINGS = {
    "Suite": "A set of images for evaluation",
    "Images": "Number of images in the suite",
    "Accuracy": "Share of the images read correctly",
    "from": "Lower end of the 95% interval of the accuracy",
    "to": "Upper end of the 95% interval of the accuracy",
    "Digits rejected": "Digits rejected as not a digit",
    "Non-digits read": "Images without a digit that were read as one",
    "Calibration error": "How far confidence is from accuracy, on average",
    "Edits": "Of whole numbers: digits wrong, missing or too many, for each digit written",
    "ms/image": "Milliseconds per image on one core",
}
"""What each column of the figures means."""
SHARES = ("Accuracy", "from", "to", "Calibration error")


def show_figures(version: ModelVersion) -> None:
    """A version's figures on each suite, and a closer look at one of them."""
    found = evaluations_of(version)
    if not found:
        st.info("This version has not been evaluated yet.", icon=":material/speed:")
        return
    st.dataframe(
        pd.DataFrame([_row(each) for each in found.values()]),
        hide_index=True,
        key="models_figures",
        placeholder="–",
        alt="Figures of each suite",
        column_config={name: _column(name, meaning) for name, meaning in MEANINGS.items()},
    )
    suite = st.selectbox("Suite in detail", [*found], key="models_suite", persist_state="session")
    _show_charts(found[suite].figures)


def _show_charts(figures: Figures) -> None:
    left, right = st.columns(2)
    if figures.per_label:
        with left:
            st.markdown("Accuracy by label", help="Share of the images with each label that were read correctly.")
            show_figure(per_label(figures), key="models_labels", alt="Accuracy by label")
    with right if figures.per_label else left:
        st.markdown(
            "Does confidence match accuracy?",
            help="Of the answers with 90% confidence, say, 90 in 100 should be correct: such points lie on the dotted "
            "line.",
        )
        show_figure(reliability(figures), key="models_reliability", alt="Accuracy against confidence")
    st.markdown(
        "Error rate when only the most confident answers are given",
        help="On the right every image is answered, on the left only those with the highest confidence.",
    )
    show_figure(risk(figures.risk), key="models_risk", alt="Error rate against share answered")


def _row(found: Evaluation) -> dict[str, object]:
    figures = found.figures
    return {
        "Suite": found.suite,
        "Images": figures.accuracy.total,
        "Accuracy": percent(figures.accuracy.share),
        "from": percent(figures.accuracy.low),
        "to": percent(figures.accuracy.high),
        "Digits rejected": figures.refused,
        "Non-digits read": figures.taken_for_digits,
        "Calibration error": percent(figures.calibration_error),
        "Edits": None if figures.edits is None else round(figures.edits, 3),
        "ms/image": round(figures.milliseconds, 2),
    }


def _column(name: str, meaning: str) -> ColumnConfig:
    if name == "Suite":
        return st.column_config.TextColumn(help=meaning)
    return st.column_config.NumberColumn(format=PERCENT if name in SHARES else "localized", help=meaning)


def percent(share: float | None) -> float | None:
    """A share of 0 to 1 as tables show it by PERCENT; None stays None."""
    return None if share is None else 100 * share
