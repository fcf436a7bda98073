"""Two model versions side by side, with the images on which they disagree."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.images import shrunk
from dashboard.components.messages import show_error
from dashboard.components.upload_preview import UploadPreview, as_preview, show_beside
from dashboard.components.user_switch import user_id
from dashboard.components.wording import digit_symbol
from dashboard.services import PREVIEW_SIDE, allowed, workspace
from dashboard.views.models.figures import PERCENT, percent
from hwr_core.app import Comparison, ModelVersion, Permission, common_suites, compare, originals_of
from hwr_core.errors import InvalidValue

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
    _show_differences(found[suite])


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


def _show_differences(found: Comparison) -> None:
    shown = [each for each in found.differences if each.seen is not None]
    if not shown:
        st.caption("No images to show: the versions agree on all of them, or they are whole numbers.")
        return
    st.caption("Under each image: its label / this version / the other version.")
    originals = _chosen_originals(found)
    width = 2 * DIFFERENCE_SIDE + 2 if any(originals.values()) else DIFFERENCE_SIDE
    with st.container(horizontal=True, gap="small"):
        for each in shown:
            assert each.seen is not None
            with st.container(width=width, gap=None):
                show_beside(originals.get(each.place), each.seen, side=DIFFERENCE_SIDE, alt="The image as it came in")
                st.caption(" / ".join(digit_symbol(label) for label in (each.label, each.one, each.other)))


def _chosen_originals(found: Comparison) -> dict[int, UploadPreview]:
    """The images as they came in by their place, where somebody wants them and they are to be had."""
    if not st.toggle("Show originals", key="models_originals", persist_state="session"):
        return {}
    try:
        originals = _originals(found)
    except InvalidValue as error:
        show_error(error)
        return {}
    if not originals:
        st.caption("The originals are not on this machine.")
    return originals


def _which(found: Comparison) -> tuple[str, str, str]:
    return found.one.version, found.other.version, found.one.fingerprint


@st.cache_data(max_entries=20, show_spinner="Looking up the images as they came in", hash_funcs={Comparison: _which})
def _originals(found: Comparison) -> dict[int, UploadPreview]:
    originals = zip(found.differences, originals_of(found, workspace().modelling.places), strict=True)
    return {
        each.place: as_preview(shrunk(original, PREVIEW_SIDE)) for each, original in originals if original is not None
    }
