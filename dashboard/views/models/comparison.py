"""Two model versions side by side, as the Models page shows them, with the images on which they differ."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.panels import show_seen
from dashboard.components.user_switch import user_id
from dashboard.services import allowed, workspace
from dashboard.views.models.figures import PERCENT, percent
from hwr_core.auth.permissions import Permission
from hwr_core.evaluation.compare import Comparison, Difference, common_suites, compare
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.registry.registry import ModelVersion

DIFFERENCES = 40
DIFFERENCE_SIDE = 84


def show_comparison(one: ModelVersion, others: Sequence[ModelVersion]) -> None:
    """Two versions side by side, with the images on which they differ."""
    if not others:
        return
    st.subheader("Compare")
    other = st.selectbox("With", others, format_func=lambda version: version.name, key="models_other")
    suites = common_suites(one, other)
    if not suites:
        st.info("They have not been measured on the same images yet.", icon=":material/compare_arrows:")
        if allowed(Permission.TRAIN) and st.button(
            "Evaluate both", icon=":material/speed:", key="models_evaluate_both"
        ):
            job = workspace().modelling.evaluate({"versions": [one.name, other.name]}, user_id())
            st.session_state["training_opened"] = job.id
            st.switch_page("app_pages/training.py")
        return
    found = {suite: compare(one, other, suite, most=DIFFERENCES) for suite in suites}
    st.dataframe(
        pd.DataFrame([_compared(each) for each in found.values()]),
        hide_index=True,
        key="models_compared",
        placeholder="–",
        alt="Both versions on each suite",
        column_config={name: st.column_config.NumberColumn(format=PERCENT) for name in ("This version", "The other")}
        | {
            "Only this right": st.column_config.NumberColumn(
                format="localized", help="Images that this version reads right and the other does not."
            ),
            "Only the other": st.column_config.NumberColumn(
                format="localized", help="Images that the other version reads right and this one does not."
            ),
            "Is it real?": st.column_config.TextColumn(
                help="Whether so large a difference is more than chance would bring (McNemar's exact test)."
            ),
        },
    )
    suite = st.selectbox("Images on which they differ", suites, key="models_difference")
    _show_differences(found[suite].differences)


def _compared(found: Comparison) -> dict[str, object]:
    return {
        "Suite": found.suite,
        "This version": percent(found.one.figures.accuracy.share),
        "The other": percent(found.other.figures.accuracy.share),
        "Only this right": found.only_one,
        "Only the other": found.only_other,
        "Is it real?": short(found),
    }


def short(found: Comparison) -> str:
    """Whether the difference is real, in a sentence."""
    if not found.is_real:
        return "No real difference."
    return "Really different." if found.only_one != found.only_other else ""


def _show_differences(differences: Sequence[Difference]) -> None:
    if not differences:
        st.caption("None are kept: they answer every image alike, or these are whole numbers.")
        return
    st.caption("Under each: what it is, what this version says, what the other says.")
    with st.container(horizontal=True, gap="small"):
        for each in differences:
            if each.seen is not None:
                words = " / ".join(_word(label) for label in (each.label, each.one, each.other))
                show_seen(each.seen, side=DIFFERENCE_SIDE, caption=words)


def _word(label: int) -> str:
    return "–" if label == NOT_A_DIGIT else str(label)
