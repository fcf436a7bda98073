"""Promoting a version and rolling back, each in a dialog, and the log of both."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboard.components.messages import do_and_rerun, show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import Comparison, Entry, Gate, ModelVersion
from hwr_core.errors import HwrError

BETTER, WORSE, SAME = "better", "worse", "no real difference"

TABLE_HEIGHT, MOST_ROWS = 240, 5
"""Pixels of a comparison of more rows: below it, the button stays in sight."""


@st.dialog("Promote", width="medium")
def confirm_promotion(version: ModelVersion) -> None:
    """Show how a version compares with the champion, and promote it; a worse one only with a reason."""
    modelling = workspace().modelling
    try:
        gate = modelling.gate(version.name)
        champion = workspace().served_model().name
    except HwrError as error:
        show_error(error)
        return
    st.markdown(f"Serve **{version.name}** instead of **{champion}**?")
    if gate.comparisons:
        _show_comparisons(gate)
    if gate.worse:
        suites = ", ".join(found.suite for found in gate.worse)
        st.error(f"It is worse on {suites}. Promote it only if you know why.", icon=":material/trending_down:")
    for sentence in gate.unmeasured:
        st.warning(sentence)
    reason = _ask_reason("models_reason", needed=not gate.is_open)
    can_promote = gate.is_open or bool(reason.strip())
    label = "Promote" if gate.is_open else ":red[Promote all the same]"
    kind: Literal["primary", "secondary"] = "primary" if gate.is_open else "secondary"
    if st.button(label, type=kind, disabled=not can_promote, key="models_promote_confirmed"):
        do_and_rerun(lambda: modelling.promote(version.name, user_id=user_id(), reason=reason, force=not gate.is_open))


def _show_comparisons(gate: Gate) -> None:
    """One row for each suite: how often both versions are right, and which is better, if that is more than chance."""
    share = st.column_config.NumberColumn(format="percent", width=88)
    st.dataframe(
        {
            "Suite": [found.suite for found in gate.comparisons],
            "Served now": [found.one.figures.accuracy.share for found in gate.comparisons],
            "This version": [found.other.figures.accuracy.share for found in gate.comparisons],
            "Result": [_result(found, gate) for found in gate.comparisons],
        },
        hide_index=True,
        height=TABLE_HEIGHT if len(gate.comparisons) > MOST_ROWS else "content",
        key="models_gate",
        alt="Both versions on each suite of the gate",
        column_config={"Served now": share, "This version": share},
    )


def _result(found: Comparison, gate: Gate) -> str:
    if found in gate.worse:
        return WORSE
    return BETTER if found.is_real and found.only_other > found.only_one else SAME


@st.dialog("Roll back")
def confirm_roll_back() -> None:
    """Ask before the version that was served before is served again."""
    st.markdown("The version that was served before this one will be served again at once. No predictions are lost.")
    reason = _ask_reason("models_roll_back_reason")
    if st.button("Roll back", type="primary", key="models_roll_back_confirmed"):
        do_and_rerun(lambda: workspace().modelling.roll_back(user_id=user_id(), reason=reason))


def _ask_reason(key: str, *, needed: bool = False) -> str:
    asked = "Why, for the log (needed)" if needed else "For the log"
    reason: str = st.text_input("Reason", max_chars=500, key=key, placeholder=asked)
    return reason


def show_log(entries: Sequence[Entry]) -> None:
    """Who changed which version, when and why."""
    if not entries:
        st.caption("Nothing has been promoted yet.")
        return
    time = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC")
    st.dataframe(
        {
            "Time": [entry.at for entry in entries],
            "User": [entry.who for entry in entries],
            "Action": [f"{entry.action}{' (forced)' if entry.forced else ''}" for entry in entries],
            "From": [entry.old for entry in entries],
            "To": [entry.new for entry in entries],
            "Reason": [entry.reason for entry in entries],
        },
        hide_index=True,
        key="models_log",
        alt="Log of promotions, newest first",
        column_config={"Time": time},
    )
