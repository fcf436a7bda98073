"""Promoting a version and rolling back, each in a dialog, and the log of both."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.models.comparison import significance
from hwr_core.app import Entry, ModelVersion
from hwr_core.errors import HwrError


@st.dialog("Promote")
def confirm_promotion(version: ModelVersion) -> None:
    """Show how a version compares with the champion, and promote it if the gate is open or the user insists."""
    modelling = workspace().modelling
    try:
        gate = modelling.gate(version.name)
    except HwrError as error:
        show_error(error)
        return
    for found in gate.comparisons:
        one, other = found.one.figures.accuracy, found.other.figures.accuracy
        st.markdown(
            f"**{found.suite}**: {other.right:,} of {other.total:,} correct; champion {one.right:,}. "
            f"{significance(found)}"
        )
    for objection in gate.objections:
        st.warning(objection)
    force = not gate.is_open and st.toggle("Promote it anyway", key="models_force")
    reason = _ask_reason("models_reason")
    can_promote = gate.is_open or (force and bool(reason.strip()))
    if st.button("Promote", type="primary", disabled=not can_promote, key="models_promote_confirmed"):
        _act(lambda: modelling.promote(version.name, user_id=user_id(), reason=reason, force=force))


@st.dialog("Roll back")
def confirm_roll_back() -> None:
    """Ask before the version that was served before is served again."""
    st.markdown("The version that was served before this one will be served again at once. No predictions are lost.")
    reason = _ask_reason("models_roll_back_reason")
    if st.button("Roll back", type="primary", key="models_roll_back_confirmed"):
        _act(lambda: workspace().modelling.roll_back(user_id=user_id(), reason=reason))


def _ask_reason(key: str) -> str:
    reason: str = st.text_input("Reason", max_chars=500, key=key, placeholder="For the log")
    return reason


def _act(act: Callable[[], object]) -> None:
    """Do what was confirmed and close the dialog, or say why it cannot be done."""
    try:
        act()
    except HwrError as error:
        show_error(error)
    else:
        st.rerun()


def show_log(entries: Sequence[Entry]) -> None:
    """Who changed which version, when and why."""
    with st.expander("Log", icon=":material/history:"):
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
