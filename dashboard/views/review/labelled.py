"""The labelled predictions of the Review page: look through them, and find likely label errors."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import thumbnail
from dashboard.components.filters import DIGIT_NAMES, LABEL, READ_AS
from dashboard.components.prediction_table import ROW_HEIGHT, input_column
from dashboard.services import workspace
from dashboard.views.review.label_changes import REVISION, label_digit, script_of, show_changes
from hwr_core.app import HistoryFilter, Labelled, PredictionRecord, Suspect

ROWS = 48
"""Shown at first, and added by Show more."""

MORE = "labelled_more"

OUTCOMES = {"All": Labelled.ANY, wording.CORRECT: Labelled.RIGHT, wording.WRONG: Labelled.WRONG}
SUSPECT = "Likely label errors"


def show_labelled() -> None:
    """Filter labelled predictions, show them, and change the labels of those selected."""
    shown = st.segmented_control(
        "Show",
        [*OUTCOMES, SUSPECT],
        default="All",
        required=True,
        wrap=False,
        key="labelled",
        bind="query-params",
        label_visibility="collapsed",
    )
    reasons: list[str] = []
    if shown == SUSPECT:
        suspects = workspace().review.suspects(limit=ROWS)
        found, reasons = [each.kept for each in suspects], [why(each) for each in suspects]
        _explain_suspects(len(found))
    else:
        found = _choose(OUTCOMES[shown])
    if found:
        places = _show_table(found, reasons, key=shown)
        show_changes([found[place] for place in places], [reasons[place] for place in places if reasons])


def why(suspect: Suspect) -> str:
    """Why a label is suspected: the probabilities of what the model reads and of the label."""
    script = script_of(suspect.kept)
    preferred, label = (wording.in_script(digit, script) for digit in (suspect.preferred, label_digit(suspect.kept)))
    return f"{_percent(suspect.preferred_given)} for {preferred}, {_percent(suspect.given)} for {label}"


def _percent(share: float) -> str:
    return "under 1%" if share < 0.01 else wording.percent(share)


def _explain_suspects(count: int) -> None:
    if count:
        st.caption(
            "The model, which was not trained on these labels, reads something else, and as confidently as it usually "
            "does when it is right. Most suspect first. Either may be wrong: select an image, then relabel it or "
            "confirm its label."
        )
    else:
        st.info("No label looks wrong. Labels that two users agree on are not questioned.", icon=":material/verified:")


def _choose(outcome: Labelled) -> list[PredictionRecord]:
    """Show the filters and how many predictions they select; return the newest of these."""
    left, right = st.columns(2)
    label = left.selectbox("Label", [*DIGIT_NAMES], key=LABEL, bind="query-params")
    digit = right.selectbox("Read as", [*DIGIT_NAMES], key=READ_AS, bind="query-params")
    selected = HistoryFilter(labelled=outcome, actual_digit=DIGIT_NAMES[label], digit=DIGIT_NAMES[digit])
    limit = min(ROWS + st.session_state.get(MORE, 0), workspace().settings.max_page)
    predictions = [*workspace().history.page(selected, limit=limit).predictions]
    total = workspace().history.count(selected)
    if not predictions:
        st.info("No labelled predictions match. Label some in the queue.", icon=":material/label:")
        return []
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = "" if total == len(predictions) else f"The newest {len(predictions):,} of "
        found = wording.counted(total, "labelled prediction")
        st.caption(f"{shown}{found}. Select some to change their labels.")
        if total > limit and limit < workspace().settings.max_page:
            st.button("Show more", icon=":material/expand_more:", key="labelled_show_more", on_click=_show_more)
    return predictions


def _show_more() -> None:
    st.session_state[MORE] = st.session_state.get(MORE, 0) + ROWS


def _show_table(records: Sequence[PredictionRecord], reasons: Sequence[str], *, key: str) -> list[int]:
    """Show images with what they were read as and their labels; return the places of the selected rows."""
    columns = st.column_config
    confidences = [wording.percent(row.prediction.confidence) for row in records]
    table = {
        "Input": [thumbnail(row.prediction) for row in records],
        "Label": [_label(row) for row in records],
        "Read": [wording.symbol(row.prediction) for row in records],
        **({"Probabilities": reasons} if reasons else {"Confidence": confidences}),
        "Verified": [row.label is not None and row.label.verified for row in records],
        "ID": [row.id for row in records],
    }
    state = st.dataframe(
        table,
        hide_index=True,
        row_height=ROW_HEIGHT,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"labelled_table_{key}_{st.session_state.get(REVISION, 0)}",
        alt="Labelled predictions",
        column_config={
            "Input": input_column(),
            "Label": columns.TextColumn(width=90),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=96, alignment="right"),
            "Probabilities": columns.TextColumn(width=280, help="Of what the model reads, and of the label"),
            "Verified": columns.CheckboxColumn(width=76, help="Two users agree, or a reviewer has confirmed the label"),
            "ID": columns.NumberColumn(width=76, format="%d"),
        },
    )
    return [*state["selection"]["rows"]]


def _label(record: PredictionRecord) -> str:
    digit = label_digit(record)
    return wording.NOT_A_DIGIT if digit is None else str(digit)
