"""The controls that trainings and tunings share: the training data and the architecture."""

from collections.abc import Collection
from typing import Any

import streamlit as st

from dashboard.services import workspace
from hwr_core.app import ARCHITECTURES, SOURCES, Job, TrainingConfig

SELECTED, AVAILABLE = "training_sources", "training_sources_available"


def select_data(names: Collection[str]) -> None:
    """Select these data sets, as far as they are there, to be called before they are shown."""
    available = _available()
    st.session_state[AVAILABLE] = available
    st.session_state[SELECTED] = [name for name in available if name in names]


def choose_data() -> dict[str, Any]:
    """Show the data sets that are there, and return the selected ones."""
    available = _available()
    # At first, after another page, and when custom images have come: these are meant to be trained on.
    if SELECTED not in st.session_state or st.session_state.get(AVAILABLE) != available:
        st.session_state[AVAILABLE] = available
        st.session_state[SELECTED] = available
    selected = st.multiselect(
        "Training data",
        available,
        format_func=lambda name: SOURCES[name].about,
        key=SELECTED,
        placeholder="Select at least one",
    )
    return {"sources": selected}


def _available() -> list[str]:
    return [name for name, is_there in workspace().modelling.sources().items() if is_there]


def choose_architecture() -> dict[str, Any]:
    """Show the architectures, and return the selected one."""
    names = [*ARCHITECTURES]
    usual = names.index(TrainingConfig().architecture)
    name = st.selectbox("Architecture", names, usual, format_func=_described, key="training_architecture")
    return {"architecture": name}


def open_job(job: Job) -> None:
    """Show the job that was just started."""
    st.session_state["training_opened"] = job.id
    st.rerun(scope="app")


def _described(name: str) -> str:
    facts = ARCHITECTURES[name]
    return (
        f"{name.capitalize()}: {facts.about} ({facts.parameters:,} parameters, {facts.megabytes:.1f} MB, "
        f"{facts.milliseconds:.1f} ms per image)"
    )
