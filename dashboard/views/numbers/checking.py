"""Numbers that nobody has judged yet, and doubted labels, one at a time: Enter agrees, typing replaces."""

import streamlit as st

from dashboard.components.answer import show_symbol
from dashboard.components.keyboard.own_keys import own_keys
from dashboard.services import workspace
from dashboard.views.numbers.number_detail import correct, show_pages
from hwr_core.app import NumberOrder, NumberRecord

ORDERS = {
    "Least sure": NumberOrder.LEAST_SURE,
    "Do not fit": NumberOrder.BROKEN,
    "Random accepted": NumberOrder.ACCEPTED,
    "Doubted labels": NumberOrder.DOUBTED,
}
DESCRIPTIONS = {
    NumberOrder.LEAST_SURE: "Numbers that were not accepted, the least sure first.",
    NumberOrder.BROKEN: "Numbers that do not fit their pattern, such as one with a wrong check digit.",
    NumberOrder.ACCEPTED: "A random sample of accepted numbers: it shows whether as few are wrong as promised.",
    NumberOrder.DOUBTED: "Labels that differ from what was read, the surest readings first. Say again what is there.",
}
SKIPPED = "numbers_skipped"


def show_checking() -> None:
    """Choose which numbers to judge, and show the first one."""
    chosen = st.segmented_control(
        "Which", [*ORDERS], default="Least sure", required=True, key="numbers_order", label_visibility="collapsed"
    )
    order = ORDERS[chosen]
    left = workspace().number_review.count(order)
    st.caption(f"{DESCRIPTIONS[order]} {left:,} to go.")
    skipped: set[int] = st.session_state.setdefault(SKIPPED, set())
    waiting = workspace().number_review.page(order, limit=len(skipped) + 1)
    current = next((record for record in waiting if record.id not in skipped), None)
    if current is None:
        st.success("Nothing is left here.", icon=":material/done_all:")
        if skipped and st.button(f"Show the {len(skipped)} that you skipped", icon=":material/refresh:"):
            skipped.clear()
            st.rerun()
        return
    _judge(current)
    if st.button("Skip", icon=":material/skip_next:", shortcut=own_keys().skip, key="numbers_skip"):
        skipped.add(current.id)
        st.rerun()


def _judge(record: NumberRecord) -> None:
    show_pages(record)
    if len(record.number.lines) > 1:
        _judge_lines(record)
        return
    show_symbol(record.number.text, rem=3.0)
    if record.label:
        st.markdown(f"Labelled as **{record.label.text or 'no number'}**.")
    # The same field for each number, so that it keeps the keyboard.
    with st.form("numbers_judge", border=False, clear_on_submit=True):
        typed = st.text_input(
            "Enter agrees; type the right digits to correct it",
            placeholder=record.number.text,
            key="numbers_typed",
            autocomplete="off",
        )
        pressed = st.form_submit_button("Agree", type="primary", icon=":material/check:")
    if pressed and correct(record, typed or record.number.text):
        st.rerun()


def _judge_lines(record: NumberRecord) -> None:
    with st.form(f"numbers_judge_{record.id}", border=False):
        typed = st.text_area("What it says, a line for each line", record.number.text, height="content")
        pressed = st.form_submit_button("Agree", type="primary", icon=":material/check:")
    if pressed and correct(record, typed):
        st.rerun()
