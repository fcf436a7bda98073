"""The queue of the Review page: one prediction at a time, labelled by a key."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.keyboard import listen_to_keys
from dashboard.components.labelling.actions import label_keys
from dashboard.components.labelling.buttons import show_keys_in_words, show_session_buttons, show_undo
from dashboard.components.labelling.card import show_following
from dashboard.components.links import link_to_draw
from dashboard.components.messages import show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import in_script
from dashboard.services import workspace
from dashboard.views.review.actions import SESSION, fetch, take_key
from dashboard.views.review.prediction_card import prepare_image, show_prediction_card
from dashboard.views.review.session import ReviewSession
from hwr_core.app import COMPARED, Order, Waiting, start_of_today
from hwr_core.errors import HwrError

ORDERS = {"Least confident": Order.LEAST_SURE, "Rejected": Order.REJECTED, "Models disagree": Order.DISAGREE}
DESCRIPTIONS = {
    Order.LEAST_SURE: "Predictions without a label, least confident first.",
    Order.REJECTED: "Images rejected as not a digit, most digit-like first.",
    Order.DISAGREE: "Images that the challenger reads differently, newest first.",
}
KEY = "review"
"""Of the widgets."""


def choose(name: str, options: Sequence[str]) -> str:
    """Show a choice that stands in the address under its name, and lets go of the keyboard once made.

    A control that keeps the focus would keep Enter and the arrow keys too; one made anew for each choice loses it.
    """
    asked = st.query_params.get(name)
    selected = asked if asked and asked in options else options[0]
    picked = st.segmented_control(
        name.capitalize(),
        options,
        default=selected,
        required=True,
        wrap=False,
        key=f"review_{name}_{selected}",
        label_visibility="collapsed",
    )
    if picked and picked != selected:
        st.query_params[name] = picked
        st.rerun()
    return selected


def show_queue() -> None:
    """Choose which predictions to label, and show them one at a time."""
    order = ORDERS[choose("order", [*ORDERS])]
    st.caption(DESCRIPTIONS[order])
    session = st.session_state.get(SESSION)
    if session is None or session.order is not order or session.current is None:  # new ones may have come
        st.session_state[SESSION] = _started(order, session)
    _show_current()


def _started(order: Order, before: ReviewSession | None) -> ReviewSession:
    """A session at the head of a queue; the labels of the one before still count."""
    session = ReviewSession(order, left=workspace().review.count(order))
    if before:
        session.labels, session.times, session.labelled_before = before.labels, before.times, before.labelled_before
    else:  # a reload ends a session, not the day's count
        today = start_of_today(st.context.timezone or "UTC")
        session.labelled_before = workspace().feedback.count(user_id=user_id(), since=today)
    fetch(session)
    return session


@st.fragment
def _show_current() -> None:
    """The current prediction; a key reruns this and nothing else."""
    session: ReviewSession = st.session_state[SESSION]
    progress = st.container()
    if session.problem:
        show_error(session.problem)
        session.problem = None
    if session.current is None:
        _prepare(session)
    if session.current:
        _show_waiting(session.current, session)
        show_keys_in_words(key=KEY)
    elif session.is_complete:
        _show_end(session)
    else:
        st.button("Try again", icon=":material/refresh:", key="review_retry")
    with progress:
        _show_progress(session)
    listen_to_keys(label_keys(), take_key, key="review_keys")
    if session.current:
        _prepare(session)


def _prepare(session: ReviewSession) -> None:
    """Fetch what comes next while the user looks at the current image."""
    try:
        if session.wants_more:
            fetch(session)
        if session.next:
            prepare_image(session.next.kept)
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)


def _show_progress(session: ReviewSession) -> None:
    words = [
        f"**{session.labelled_before + len(session.labels):,}** labelled today",
        f"**{session.left:,}** left",
    ]
    if session.per_minute:
        words.append(f"{session.per_minute:.0f} per minute")
    if session.current:
        words.append(_current(session.current, session))
    st.markdown(", ".join(words))


def _current(waiting: Waiting, session: ReviewSession) -> str:
    record, label = waiting.kept, session.label_of(waiting)
    return f"prediction {record.id}" + (
        f" (labelled {in_script(label.digit, record.prediction.script)})" if label else ""
    )


def _show_waiting(waiting: Waiting, session: ReviewSession) -> None:
    left, right = st.columns([5, 4], gap="medium")
    # The buttons reach the browser first: whoever sees the next image can press a key for it.
    with right:
        show_session_buttons(session, waiting, key=KEY)
    with left:
        show_prediction_card(waiting)
    show_following([each.kept.prediction for each in session.following])


def _show_end(session: ReviewSession) -> None:
    """Behind the last prediction: what is done, and where to go on."""
    if not session.waiting:
        st.info(_why_empty(session.order), icon=":material/done_all:")
        link_to_draw()
        return
    skipped = f" You skipped {session.skipped:,}." if session.skipped else ""
    st.success(f"That was the last one.{skipped}", icon=":material/done_all:")
    with st.container(horizontal=True):
        st.button("Start again", icon=":material/refresh:", key="review_again", on_click=_start_again)
        show_undo(session, key=KEY, width="content")


def _why_empty(order: Order) -> str:
    """Why a queue is empty, and how it would be filled."""
    if order is not Order.DISAGREE:
        return "Nothing to review. Predictions that you save and that nobody has labelled appear here."
    if workspace().modelling.registry.challenger_name() is None:
        return "There is no challenger yet. Training makes one, or you can choose one on the Models page."
    return f"The challenger agrees on the newest {COMPARED:,} predictions without a label."


def _start_again() -> None:
    session: ReviewSession = st.session_state[SESSION]
    try:
        st.session_state[SESSION] = _started(session.order, session)
    except HwrError as error:
        session.problem = error
