"""The buttons of a labelling session, each with a key: agree, label, undo, move; and its keys in words."""

from functools import partial
from typing import Literal

import streamlit as st

from dashboard.components.keyboard.own_keys import key_sign, own_keys
from dashboard.components.label_buttons import UserLabel, show_label_buttons
from dashboard.components.labelling import actions
from dashboard.components.labelling.session import Item, LabellingSession


def show_session_buttons(session: LabellingSession[Item], item: Item, *, key: str) -> None:
    """All buttons for one image."""
    given = session.label_of(item)
    with st.container(gap="xsmall"):
        show_label_buttons(
            session.prediction_of(item),
            UserLabel(given.digit) if given else None,
            # With its name, so that a press meant for another image than the current one is recognised.
            key=f"{key}_{session.name_of(item)}",
            on_press=partial(actions.press, session, item),
            show_undo=partial(show_undo, session, key=key),
        )
        _show_move_buttons(session, item, key=key)


def show_undo(session: LabellingSession[Item], *, key: str, width: Literal["stretch", "content"] = "stretch") -> None:
    """A button and a key to undo the last label."""
    st.button(
        "Undo",
        icon=":material/undo:",
        key=f"{key}_undo_{len(session.steps)}",
        shortcut=own_keys().undo,
        disabled=not session.steps,
        width=width,
        on_click=actions.undo,
        args=(session, len(session.steps)),
    )


def show_keys_in_words(*, key: str) -> None:
    """Which key does what, hidden where there are no keys."""
    keys = own_keys()
    with st.container(key=f"{key}_keys_in_words"):
        st.caption(
            f"Keys: **0** to **9** label it, **{key_sign(keys.not_a_digit)}** not a digit, "
            f"**{key_sign(keys.agree)}** agree, **{key_sign(keys.back)}** **{key_sign(keys.skip)}** move, "
            f"**{key_sign(keys.undo)}** undo."
        )


def _show_move_buttons(session: LabellingSession[Item], item: Item, *, key: str) -> None:
    """Back and on, without a label."""
    keys = own_keys()
    with st.container(horizontal=True, gap="xsmall"):
        for text, icon, shortcut, distance in (
            ("Back", ":material/arrow_back:", keys.back, -1),
            ("Skip", ":material/arrow_forward:", keys.skip, 1),
        ):
            st.button(
                text,
                icon=icon,
                key=f"{key}_{session.name_of(item)}_{text}",
                shortcut=shortcut,
                disabled=distance < 0 and session.place == 0,
                width="stretch",
                on_click=actions.move,
                args=(session, item, distance),
            )
