"""The one button by which predictions enter the history, each once however often the page reruns."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.components.progress import counted
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.errors import HwrError
from hwr_core.recognition.types import Prediction
from hwr_core.records.predictions import Source


@dataclass(frozen=True, slots=True)
class ToKeep:
    """A prediction that may be kept; `name` tells its image from all others of the session."""

    name: str
    prediction: Prediction
    source: Source
    file_name: str | None = None
    enhancement_level: float = 1.0
    image: bytes | None = None


def offer_to_keep(offers: Sequence[ToKeep], *, key: str, shortcut: str | None = None) -> None:
    """Show the button, keep what is not yet kept when it is pressed, and say under which number.

    `shortcut` is the key that presses it.
    """
    kept = numbers_kept(key=key)
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.empty()
        waiting = [offer for offer in offers if offer.name not in kept]
        nothing = not offers
        if waiting or nothing:
            label = "Keep" if len(waiting) <= 1 else f"Keep {len(waiting)} predictions"
            if place.button(
                label, icon=":material/bookmark_add:", type="primary", disabled=nothing, key=key, shortcut=shortcut
            ):
                _keep(waiting, kept)
        if offers and all(offer.name in kept for offer in offers):
            place.button(_done(offers, kept), icon=":material/check:", disabled=True, key=f"{key}_done")
            st.page_link("app_pages/history.py", label="See the history", icon=":material/history:")


def kept_number(offer: ToKeep, *, key: str) -> int | None:
    """Keep one prediction unless it is kept already, and return its number; None, with the reason shown, when it fails."""
    kept = numbers_kept(key=key)
    if offer.name not in kept:
        _keep([offer], kept)
    return kept.get(offer.name)


def numbers_kept(*, key: str) -> dict[str, int]:
    """The numbers of the predictions that this session has kept under one key, by their names."""
    numbers: dict[str, int] = st.session_state.setdefault(f"{key}_numbers", {})
    return numbers


def _keep(waiting: Sequence[ToKeep], kept: dict[str, int]) -> None:
    # Into the plain dict at once: a rerun may end this run at its next call into Streamlit.
    try:
        for offer in counted(waiting, "Kept"):
            row = workspace().keep(
                offer.prediction,
                source=offer.source,
                file_name=offer.file_name,
                enhancement_level=offer.enhancement_level,
                user_id=user_id(),
                image=offer.image,
            )
            kept[offer.name] = row.id
    except HwrError as error:
        show_error(error)


def _done(offers: Sequence[ToKeep], kept: dict[str, int]) -> str:
    return f"Kept as number {kept[offers[0].name]}" if len(offers) == 1 else f"Kept {len(offers)} predictions"
