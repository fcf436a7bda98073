"""What a model version is worth, as the Models page shows it: a table of all suites, and charts of one."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.views.models.charts import per_label, reliability, risk
from hwr_core.evaluation.evaluate import Evaluation, evaluations_of
from hwr_core.registry.registry import ModelVersion

PERCENT = "%.2f%%"
"""Of all shares in tables: the best versions differ in the second decimal."""

MEANINGS = {
    "Suite": "A set of images to measure on",
    "Images": "How many there are in the suite",
    "Right": "Share of the images read right",
    "at least": "The true share is this or more, with 95 % certainty",
    "at most": "The true share is this or less, with 95 % certainty",
    "Digits refused": "Digits that it took for none",
    "Others taken for digits": "Images without a digit that it read as one",
    "Confidence off by": "How far its confidence is from the share read right, on average (calibration error)",
    "ms each": "Thousandths of a second for an image, on one core",
}
"""What each column of the figures says."""
SHARES = ("Right", "at least", "at most", "Confidence off by")


def show_figures(version: ModelVersion) -> None:
    """What a version is worth on each suite, and a closer look at one of them."""
    found = evaluations_of(version)
    if not found:
        st.info("It has not been evaluated yet: press Evaluate.", icon=":material/speed:")
        return
    st.subheader("What it is worth")
    st.dataframe(
        pd.DataFrame([_row(each) for each in found.values()]),
        hide_index=True,
        key="models_figures",
        placeholder="–",
        alt="Figures of each suite",
        column_config={name: _column(name, words) for name, words in MEANINGS.items()},
    )
    suite = st.selectbox("Look closer at", [*found], key="models_suite")
    figures = found[suite].figures
    left, right = st.columns(2)
    if figures.per_label:
        with left:
            st.markdown("Which digits are read right", help="Of all images of each digit, the share read as it.")
            st.plotly_chart(per_label(figures), key="models_labels", config={"displayModeBar": False}, alt="By digit")
    with right if figures.per_label else left:
        st.markdown(
            "Does confidence mean what it says",
            help="Of all answers given at 90 %, say, 90 in 100 should be right: dots on the line are honest.",
        )
        st.plotly_chart(
            reliability(figures), key="models_reliability", config={"displayModeBar": False}, alt="Reliability"
        )
    st.markdown(
        "Wrong answers, when only the surest part is answered",
        help="To the left only the images it is surest of are answered, to the right all of them.",
    )
    st.plotly_chart(risk(figures), key="models_risk", config={"displayModeBar": False}, alt="Risk against coverage")


def _row(found: Evaluation) -> dict[str, object]:
    figures = found.figures
    return {
        "Suite": found.suite,
        "Images": figures.accuracy.total,
        "Right": percent(figures.accuracy.share),
        "at least": percent(figures.accuracy.low),
        "at most": percent(figures.accuracy.high),
        "Digits refused": figures.refused,
        "Others taken for digits": figures.taken_for_digits,
        "Confidence off by": percent(figures.calibration_error),
        "ms each": round(figures.milliseconds, 2),
    }


def _column(name: str, words: str) -> ColumnConfig:
    if name == "Suite":
        return st.column_config.TextColumn(help=words)
    return st.column_config.NumberColumn(format=PERCENT if name in SHARES else "localized", help=words)


def percent(share: float | None) -> float | None:
    """A share of 0 to 1 as tables show it by PERCENT; None stays None."""
    return None if share is None else 100 * share
