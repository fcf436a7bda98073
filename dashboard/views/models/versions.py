"""Model versions as the Models page shows them: a table of all, one in full, and what may be done with it."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import allowed, workspace
from dashboard.views.models.comparison import short
from dashboard.views.models.figures import PERCENT, percent, show_figures
from hwr_core.auth.permissions import Permission
from hwr_core.errors import HwrError
from hwr_core.evaluation.evaluate import evaluations_of
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.evaluation.suites import SUITES
from hwr_core.registry.registry import ModelVersion

Acts = Mapping[str, list[str]]
"""The aliases of each version that has some."""


def choose_version(versions: Sequence[ModelVersion], aliases: Acts) -> ModelVersion | None:
    """A table of versions with what each is worth; returns the one selected."""
    rows = []
    for version in versions:
        found = evaluations_of(version)
        shares = {suite: percent(found[suite].figures.accuracy.share) for suite in SUITES if suite in found}
        rows.append(
            {
                "Version": version.name,
                "Is": ", ".join(aliases.get(version.name, [])),
                "Network": version.card.architecture,
                "Made": version.card.created_at,
                **shares,
            }
        )
    table = pd.DataFrame(rows)
    columns = st.column_config
    state = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="models_table",
        placeholder="–",
        alt="Model versions, newest first, and the share of each suite they read right",
        column_config={
            "Made": columns.DatetimeColumn(
                width=140, format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC"
            ),
            **{name: columns.NumberColumn(name, format=PERCENT, help=suite.about) for name, suite in SUITES.items()},
        },
    )
    rows_chosen = state["selection"]["rows"]
    return versions[rows_chosen[0]] if rows_chosen else None


def show_version(version: ModelVersion, aliases: Acts) -> None:
    """A version's card in words, what may be done with it, and its figures."""
    card = version.card
    named = aliases.get(version.name, [])
    st.subheader(version.name)
    badges = {"champion": "green", "challenger": "blue", "retired": "grey"}
    if named:
        st.markdown(" ".join(f":{badges[alias]}-badge[{alias}]" for alias in named))
    data = ", ".join(f"{each.name} ({each.training:,})" for each in card.data)
    st.markdown(
        f"{card.architecture.capitalize()} network, {card.parameters:,} parameters, {version.size / 1e6:.1f} MB. "
        f"Learned from {data}."
    )
    if card.how:
        st.code(card.how, language="shell", wrap_lines=True)
    _show_acts(version, named)
    show_figures(version)
    with st.expander("Model card", icon=":material/description:"):
        st.json(card.model_dump(mode="json"), expanded=1)
    with st.expander("Download", icon=":material/download:"), st.container(horizontal=True):
        for name in card.files:
            st.link_button(name, f"/api/models/{version.name}/files/{name}")


def _show_acts(version: ModelVersion, named: Sequence[str]) -> None:
    modelling = workspace().modelling
    with st.container(horizontal=True):
        decides = allowed(Permission.PROMOTE)
        if decides and "champion" not in named and "retired" not in named:
            if st.button("Promote", type="primary", icon=":material/upgrade:", key="models_promote"):
                confirm_promotion(version)
            if "challenger" not in named:
                _button(
                    "Make challenger",
                    ":material/swords:",
                    lambda: modelling.challenge(version.name, user_id=user_id()),
                )
            _button("Retire", ":material/archive:", lambda: modelling.retire(version.name, user_id=user_id()))
        if decides and "retired" in named:
            _button("Restore", ":material/unarchive:", lambda: modelling.restore(version.name, user_id=user_id()))
        if allowed(Permission.TRAIN) and st.button("Evaluate", icon=":material/speed:", key="models_evaluate"):
            job = modelling.evaluate({"versions": [version.name]}, user_id())
            st.session_state["training_opened"] = job.id
            st.switch_page("app_pages/training.py")


def _button(label: str, icon: str, act: Callable[[], object]) -> None:
    if st.button(label, icon=icon, key=f"models_{label}"):
        try:
            act()
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()


@st.dialog("Promote")
def confirm_promotion(version: ModelVersion) -> None:
    """Show how a version compares with the champion, and promote it if it may be or if somebody insists."""
    modelling = workspace().modelling
    try:
        gate = modelling.gate(version.name)
    except HwrError as error:
        show_error(error)
        return
    for found in gate.comparisons:
        one, other = found.one.figures.accuracy, found.other.figures.accuracy
        st.markdown(
            f"**{found.suite}**: {other.right:,} of {other.total:,} right, the champion {one.right:,}. {short(found)}"
        )
    for objection in gate.objections:
        st.warning(objection)
    force = not gate.is_open and st.toggle("Promote it all the same", key="models_force")
    reason = st.text_input("Why", max_chars=500, key="models_reason", placeholder="For the log")
    allowed = gate.is_open or (force and bool(reason.strip()))
    if st.button("Promote", type="primary", disabled=not allowed, key="models_promote_confirmed"):
        try:
            modelling.promote(version.name, user_id=user_id(), reason=reason, force=force)
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()


@st.dialog("Roll back")
def confirm_roll_back() -> None:
    """Ask before the version that was served before reads again."""
    st.markdown("The version that was served before reads again, at once. No prediction is lost.")
    reason = st.text_input("Why", max_chars=500, key="models_roll_back_reason", placeholder="For the log")
    if st.button("Roll back", type="primary", key="models_roll_back_confirmed"):
        try:
            workspace().modelling.roll_back(user_id=user_id(), reason=reason)
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()


def show_log(entries: Sequence[Entry]) -> None:
    """Who did what with which version, when and why."""
    with st.expander("Log", icon=":material/history:"):
        if not entries:
            st.caption("Nothing has been promoted yet.")
            return
        st.dataframe(
            {
                "When": [entry.at for entry in entries],
                "Who": [entry.who for entry in entries],
                "What": [f"{entry.action}{' (forced)' if entry.forced else ''}" for entry in entries],
                "From": [entry.old for entry in entries],
                "To": [entry.new for entry in entries],
                "Why": [entry.reason for entry in entries],
            },
            hide_index=True,
            key="models_log",
            alt="Log of promotions, newest first",
            column_config={
                "When": st.column_config.DatetimeColumn(
                    format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC"
                )
            },
        )


def headline(champion: ModelVersion) -> str:
    """Which version reads, in a sentence."""
    return f"**{champion.name}** reads at present, made {wording.day(champion.card.created_at)}."
