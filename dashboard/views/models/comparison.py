"""Two model versions side by side, with the images on which they disagree."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.answer import show_seen
from dashboard.components.user_switch import user_id
from dashboard.components.wording import digit_symbol
from dashboard.services import allowed, workspace
from dashboard.views.models.figures import PERCENT, percent
from hwr_core.app import Comparison, Difference, ModelVersion, Permission, common_suites, compare

DIFFERENCES = 40
DIFFERENCE_SIDE = 84


def show_comparison(one: ModelVersion, others: Sequence[ModelVersion]) -> None:
    """Two versions side by side, with the images on which they disagree."""
    if not others:
        return
    other = st.selectbox(
        "Compare with", others, format_func=lambda version: version.name, key="models_other", persist_state="session"
    )
    suites = common_suites(one, other)
    if not suites:
        _offer_evaluation(one, other)
        return
    found = {suite: compare(one, other, suite, most=DIFFERENCES) for suite in suites}
    _show_table([*found.values()])
    suite = st.selectbox("Images on which they disagree", suites, key="models_difference", persist_state="session")
    _show_differences(found[suite].differences)


def significance(found: Comparison) -> str:
    """Whether the difference is more than chance, in a sentence."""
    if not found.is_real:
        return "No significant difference."
    return "Significant difference." if found.only_one != found.only_other else ""


def _offer_evaluation(one: ModelVersion, other: ModelVersion) -> None:
    st.info("These versions have not been evaluated on the same images yet.", icon=":material/compare_arrows:")
    if allowed(Permission.TRAIN) and st.button("Evaluate both", icon=":material/speed:", key="models_evaluate_both"):
        job = workspace().modelling.evaluate({"versions": [one.name, other.name]}, user_id())
        st.session_state["training_opened"] = job.id
        st.switch_page("app_pages/training.py")


def _show_table(found: Sequence[Comparison]) -> None:
    columns = st.column_config
    st.dataframe(
        pd.DataFrame([_row(each) for each in found]),
        hide_index=True,
        key="models_compared",
        placeholder="–",
        alt="The accuracy of both versions on each suite",
        column_config={
            "This version": columns.NumberColumn(format=PERCENT, help="Accuracy of this version"),
            "The other": columns.NumberColumn(format=PERCENT, help="Accuracy of the other version"),
            "Only this correct": columns.NumberColumn(
                format="localized", help="Images that this version reads correctly and the other does not."
            ),
            "Only other correct": columns.NumberColumn(
                format="localized", help="Images that the other version reads correctly and this one does not."
            ),
            "Significance": columns.TextColumn(
                help="Whether the difference is more than chance (McNemar's exact test)."
            ),
        },
    )


def _row(found: Comparison) -> dict[str, object]:
    return {
        "Suite": found.suite,
        "This version": percent(found.one.figures.accuracy.share),
        "The other": percent(found.other.figures.accuracy.share),
        "Only this correct": found.only_one,
        "Only other correct": found.only_other,
        "Significance": significance(found).removesuffix("."),
    }


def _show_differences(differences: Sequence[Difference]) -> None:
    if not differences:
        st.caption("No images to show: the versions agree on all of them, or they are whole numbers.")
        return
    st.caption("Under each image: its label / this version / the other version.")
    with st.container(horizontal=True, gap="small"):
        for each in differences:
            if each.seen is not None:
                words = " / ".join(digit_symbol(label) for label in (each.label, each.one, each.other))
                show_seen(each.seen, side=DIFFERENCE_SIDE, caption=words)
