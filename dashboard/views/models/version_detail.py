"""One model version: its card in words, what can be done with it, and its files."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard.components import wording
from dashboard.components.messages import do_and_rerun, literal
from dashboard.components.notes import show_notes_button, tag_badges
from dashboard.components.user_switch import user_id
from dashboard.services import allowed, workspace
from dashboard.views.models.promotion import confirm_promotion
from dashboard.views.models.version_table import Aliases
from hwr_core.app import ModelVersion, Permission

BADGES = {"champion": "green", "challenger": "blue", "retired": "grey"}
"""The colour of each alias."""


def headline(champion: ModelVersion) -> str:
    """Which version is being served, in a sentence."""
    return f"Now serving **{champion.name}**, created on {wording.day(champion.card.created_at)}."


def show_version(version: ModelVersion, aliases: Aliases) -> None:
    """A version's card in words, and what can be done with it."""
    card = version.card
    own = aliases.get(version.name, [])
    st.subheader(version.name)
    badges = [f":{BADGES[alias]}-badge[{alias}]" for alias in own]
    badges += tag_badges(version.notes)
    if badges:
        st.markdown(" ".join(badges))
    if said := [literal(each) for each in (version.notes.title, version.notes.text) if each]:
        st.markdown("  \n".join(said))
    st.markdown(
        f"{card.architecture.capitalize()} network, {card.parameters:,} parameters, {version.size / 1e6:.1f} MB."
    )
    with st.container(horizontal=True):
        _show_actions(version, own)


def show_files(version: ModelVersion) -> None:
    """What a version learned from and how, its files to download, and its card in full."""
    card = version.card
    data = ", ".join(f"{each.name} ({each.training:,})" for each in card.data)
    st.markdown(f"Trained on {data}.")
    if card.how:
        st.code(card.how, language="shell", wrap_lines=True)
    with st.container(horizontal=True):
        for name in card.files:
            st.link_button(name, f"/api/models/{version.name}/files/{name}", icon=":material/download:")
    st.json(card.model_dump(mode="json"), expanded=1)


def _show_actions(version: ModelVersion, aliases: Sequence[str]) -> None:
    if allowed(Permission.PROMOTE):
        _show_alias_actions(version, aliases)
    if allowed(Permission.TRAIN):
        describe = partial(workspace().modelling.describe, version.name)
        show_notes_button(version.notes, describe, f"models_{version.name}")
    if allowed(Permission.TRAIN) and st.button("Evaluate", icon=":material/speed:", key="models_evaluate"):
        job = workspace().modelling.evaluate({"versions": [version.name]}, user_id())
        st.session_state["training_opened"] = job.id
        st.switch_page("app_pages/training.py")


def _show_alias_actions(version: ModelVersion, aliases: Sequence[str]) -> None:
    modelling, name = workspace().modelling, version.name
    if "retired" in aliases:
        _button("Restore", ":material/unarchive:", lambda: modelling.restore(name, user_id=user_id()))
    elif "champion" not in aliases:
        if st.button("Promote", type="primary", icon=":material/upgrade:", key="models_promote"):
            confirm_promotion(version)
        if "challenger" not in aliases:
            _button("Make challenger", ":material/swords:", lambda: modelling.challenge(name, user_id=user_id()))
        _button("Retire", ":material/archive:", lambda: modelling.retire(name, user_id=user_id()))


def _button(label: str, icon: str, act: Callable[[], object]) -> None:
    if st.button(label, icon=icon, key=f"models_{label}"):
        do_and_rerun(act)
