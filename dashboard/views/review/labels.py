"""The labelled predictions of the Review page: look through them, find likely mistakes, say something else, take back."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.filters import DIGIT_NAMES
from dashboard.components.panels import show_error, show_seen, thumbnail
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.errors import HwrError
from hwr_core.recognition.types import DIGITS
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import PredictionRecord
from hwr_core.review.service import Suspect

ROWS = 48
"""Shown at first, and added by Show more."""
LARGE = 112
MOST_LARGE = 6
"""Images of a selection that are shown large."""

MORE = "labelled_more"
REVISION = "labelled_revision"
"""How often the table was begun anew: a selection ends when what it shows has changed."""

JUDGED = {"All": Labelled.ANY, "Right": Labelled.RIGHT, "Wrong": Labelled.WRONG}
SUSPECT = "Likely label errors"


def show_labelled() -> None:
    """Choose labelled predictions, show them, and change what is said of those selected."""
    shown = st.segmented_control(
        "Show",
        [*JUDGED, SUSPECT],
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
        found = _choose(JUDGED[shown])
    if found:
        places = _show_table(found, reasons, key=shown)
        offer_changes([found[place] for place in places], [reasons[place] for place in places if reasons])


def why(suspect: Suspect) -> str:
    """Why a label is suspected, in plain words."""
    preferred, said = _named(suspect.preferred), _named(_said(suspect.kept))
    return f"{_share(suspect.preferred_given)} to {preferred}, {_share(suspect.given)} to {said}"


def _share(share: float) -> str:
    return "hardly anything" if share < 0.005 else wording.percent(share)


def _explain_suspects(count: int) -> None:
    if count:
        st.caption(
            "People said one thing, but the model, which had not learned from them, was as sure of another as it "
            "usually is when it is right. The most suspect stand first. Either may be wrong: select an image, look, "
            "and say what it is, or that the label is right."
        )
    else:
        st.info("No label looks wrong. Labels that two people agree on are not doubted.", icon=":material/verified:")


def _choose(judged: Labelled) -> list[PredictionRecord]:
    """Show the filters and how many predictions they choose; return the newest of these."""
    left, right = st.columns(2)
    label = left.selectbox("Label", [*DIGIT_NAMES], key="actual", bind="query-params")
    digit = right.selectbox("Read as", [*DIGIT_NAMES], key="digit", bind="query-params")
    chosen = HistoryFilter(labelled=judged, actual_digit=DIGIT_NAMES[label], digit=DIGIT_NAMES[digit])
    limit = min(ROWS + st.session_state.get(MORE, 0), workspace().settings.max_page)
    predictions = [*workspace().history.page(chosen, limit=limit).predictions]
    total = workspace().history.count(chosen)
    if not predictions:
        st.info("No labelled prediction is like that. Judge some under Queue.", icon=":material/label:")
        return []
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = "" if total == len(predictions) else f"The newest {len(predictions):,} of "
        st.caption(f"{shown}{total:,} labelled predictions. Select some to say something else of them.")
        if total > limit and limit < workspace().settings.max_page:
            st.button("Show more", icon=":material/expand_more:", key="labelled_show_more", on_click=_show_more)
    return predictions


def _show_more() -> None:
    st.session_state[MORE] = st.session_state.get(MORE, 0) + ROWS


def _show_table(kept: Sequence[PredictionRecord], reasons: Sequence[str], *, key: str) -> list[int]:
    """Show images with what they were read as and what people say; return the places of the selected rows."""
    columns = st.column_config
    confidences = [wording.percent(row.prediction.confidence) for row in kept]
    table = {
        "Seen": [thumbnail(row.prediction) for row in kept],
        "Label": [_label(row) for row in kept],
        "Read": [wording.symbol(row.prediction) for row in kept],
        **({"What the model gave": reasons} if reasons else {"Confidence": confidences}),
        "Agreed": [row.label is not None and row.label.verified for row in kept],
        "Number": [row.id for row in kept],
    }
    state = st.dataframe(
        table,
        hide_index=True,
        row_height=44,
        on_select="rerun",
        selection_mode="multi-row",
        key=f"labelled_table_{key}_{st.session_state.get(REVISION, 0)}",
        alt="Labelled predictions",
        column_config={
            "Seen": columns.ImageColumn(width=58, help="What the model saw"),
            "Label": columns.TextColumn(width=70, help="What people say it is"),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=96, alignment="right"),
            "What the model gave": columns.TextColumn(width=330),
            "Agreed": columns.CheckboxColumn(width=76, help="Two people say so, or somebody has checked it"),
            "Number": columns.NumberColumn(width=76, format="%d"),
        },
    )
    return [*state["selection"]["rows"]]


def _label(kept: PredictionRecord) -> str:
    digit = _said(kept)
    return "No digit" if digit is None else str(digit)


def _said(kept: PredictionRecord) -> int | None:
    assert kept.label is not None  # only labelled predictions are looked for
    return kept.label.digit


def offer_changes(chosen: Sequence[PredictionRecord], reasons: Sequence[str]) -> None:
    """The selected predictions, large, with what speaks against their labels, and what can be done with them."""
    if not chosen:
        return
    with st.container(border=True):
        with st.container(horizontal=True, gap="small"):
            for kept in chosen[:MOST_LARGE]:
                if kept.prediction.seen is not None:
                    show_seen(kept.prediction.seen, side=LARGE, caption=f"Number {kept.id}")
        for kept, reason in zip(chosen[:MOST_LARGE], reasons, strict=False):
            st.caption(f"Number {kept.id}, said to be {_named(_said(kept))}: the model gave {reason}.")
        one = len(chosen) == 1
        st.markdown("What is it really?" if one else f"What are these {len(chosen)} really?")
        with st.container(horizontal=True, gap="xsmall"):
            for digit in DIGITS:
                if st.button(str(digit), key=f"labelled_is_{digit}"):
                    _change(chosen, _relabel(digit))
            if st.button("No digit", icon=":material/block:", key="labelled_is_none"):
                _change(chosen, _relabel(None))
        mine = [kept for kept in chosen if _is_mine(kept)]
        with st.container(horizontal=True):
            right = "The label is right" if one else "The labels are right"
            if st.button(right, icon=":material/verified:", key="labelled_verify"):
                _change(chosen, workspace().feedback.verify)
            help_ = "As if you had said nothing: what another person said before stands again, or nothing."
            words = "Take back" if len(mine) in (0, len(chosen)) else f"Take back {len(mine)} of yours"
            if mine and st.button(words, icon=":material/undo:", key="labelled_withdraw", help=help_):
                _change(mine, lambda number: workspace().feedback.withdraw(number, user_id=user_id()))


def _is_mine(kept: PredictionRecord) -> bool:
    """Whether the person says something of a prediction at present, and so has something to take back."""
    said = workspace().feedback.of_prediction(kept.id)
    return any(each.user_id == user_id() and each.replaced_at is None for each in said)


def _relabel(digit: int | None) -> Callable[[int], object]:
    return lambda number: workspace().feedback.give(number, user_id=user_id(), actual_digit=digit)


def _change(chosen: Sequence[PredictionRecord], change: Callable[[int], object]) -> None:
    """Change what is said of each reading and draw the table anew; stop at the first that cannot be changed."""
    try:
        for kept in chosen:
            change(kept.id)
    except HwrError as error:
        show_error(error)
        return
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    st.rerun()


def _named(digit: int | None) -> str:
    return "no digit" if digit is None else wording.a_digit(digit)
