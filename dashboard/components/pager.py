"""The buttons that lead through pages of a history, newest first."""

from dataclasses import dataclass, field

import streamlit as st


@dataclass(slots=True)
class Trail:
    """Where each page so far begins, the newest first, of what is selected; `key` names it among the widgets."""

    key: str
    selected: object
    begins: list[int | None] = field(default_factory=lambda: [None])

    @property
    def here(self) -> int | None:
        """Where the page on show begins: before this id."""
        return self.begins[-1]


def trail_of(selected: object, *, key: str) -> Trail:
    """Return the session's trail, one that begins anew where something else is selected."""
    known: Trail | None = st.session_state.get(f"{key}_trail")
    if known is None or known.selected != selected:
        known = st.session_state[f"{key}_trail"] = Trail(key, selected)
    return known


def show_pager(trail: Trail, *, rows: int, shown: int, total: int, following: int | None) -> None:
    """Show which rows a page has, and the buttons to the newer and the older ones.

    Args:
        trail: leads here.
        rows: of a full page.
        shown: rows of this page.
        total: rows of all pages.
        following: where the next page begins, None on the last one.
    """
    pages = len(trail.begins)
    first = (pages - 1) * rows + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Newer", icon=":material/arrow_back:", disabled=pages == 1, key=f"{trail.key}_newer"):
            trail.begins.pop()
            st.rerun()
        if st.button("Older", icon=":material/arrow_forward:", disabled=following is None, key=f"{trail.key}_older"):
            trail.begins.append(following)
            st.rerun()
        timezone = st.context.timezone or "UTC"
        st.caption(f"{first:,}–{first + shown - 1:,} of {total:,}, newest first; times in {timezone}.")
