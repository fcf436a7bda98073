"""The queue of the Review page: one prediction at a time, judged by a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.components import wording
from dashboard.components.images import shrunk
from dashboard.components.panels import show_error, show_seen, show_symbol
from dashboard.components.user_switch import user_id
from dashboard.services import preview, workspace
from dashboard.views.review.buttons import SITTING, named, offer_answers, offer_moves, offer_undo
from dashboard.views.review.session import AHEAD, ReviewSession
from hwr_core.analytics.periods import start_of_today
from hwr_core.errors import HwrError, ImageError, NotFound
from hwr_core.images.encode import data_url
from hwr_core.recognition.types import Prediction
from hwr_core.records.predictions import PredictionRecord
from hwr_core.review.service import COMPARED, Order, Waiting

LARGE, SMALL = 224, 84
"""Sides of the images in pixels: whole multiples of the 28 that the model sees."""
BESIDE = 112
"""Width of what stands beside the large image; both fit a phone."""
HEIGHT = 244
"""Of both, so that nothing moves from one prediction to the next."""
SHOWN = 3
"""Candidates named, if they are probable enough."""
WORTH_NAMING = 0.01

ORDERS = {"Least sure": Order.LEAST_SURE, "Rejected": Order.REJECTED, "Models differ": Order.DISAGREE}
REASONS = {
    Order.LEAST_SURE: "Not judged yet, the least sure first.",
    Order.REJECTED: "Refused as no digit, the most digit-like first.",
    Order.DISAGREE: "Read differently by the challenger, the newest first.",
}
KEYS = "Keys: **0** to **9** say what it is, **N** no digit, **Enter** agrees, **←** **→** move on, **U** undoes."


@dataclass(frozen=True, slots=True)
class _Upload:
    """An image as it came in, within the page since a file would have to be fetched, and how wide it is shown."""

    url: str
    width: int


def choose(name: str, options: Sequence[str]) -> str:
    """Show a choice that stands in the address under its name, and lets go of the keyboard once made.

    A control that keeps the focus would keep Enter and the arrow keys too; one made anew for each choice loses it.
    """
    asked = st.query_params.get(name)
    chosen = asked if asked and asked in options else options[0]
    picked = st.segmented_control(
        name.capitalize(),
        options,
        default=chosen,
        required=True,
        wrap=False,
        key=f"review_{name}_{chosen}",
        label_visibility="collapsed",
    )
    if picked and picked != chosen:
        st.query_params[name] = picked
        st.rerun()
    return chosen


def show_queue() -> None:
    """Choose why predictions are asked about, and ask."""
    chosen = choose("order", [*ORDERS])
    order = ORDERS[chosen]
    st.caption(REASONS[order])
    session = st.session_state.get(SITTING)
    if session is None or session.order is not order or session.current is None:  # new ones may have come
        st.session_state[SITTING] = _begun(order, session)
    _show_desk()


def _begun(order: Order, before: ReviewSession | None) -> ReviewSession:
    """A sitting at the head of a queue; what was said in the one before still counts."""
    session = ReviewSession(order, left=workspace().review.count(order))
    if before:
        session.said, session.moments, session.earlier = before.said, before.moments, before.earlier
    else:  # a reload ends a sitting, not the day's count
        today = start_of_today(st.context.timezone or "UTC")
        session.earlier = workspace().feedback.count(user_id=user_id(), since=today)
    _fetch(session)
    return session


def _fetch(session: ReviewSession) -> None:
    session.add(workspace().review.page(session.order, limit=AHEAD, after=session.last))


@st.fragment
def _show_desk() -> None:
    """The prediction being looked at; a key reruns this and nothing else."""
    session: ReviewSession = st.session_state[SITTING]
    progress = st.container()
    if session.problem:
        show_error(session.problem)
        session.problem = None
    if session.current is None:
        _make_ready(session)
    if session.current:
        _show_waiting(session.current, session)
        st.caption(KEYS)
    elif session.is_whole:
        _show_end(session)
    else:
        st.button("Try again", icon=":material/refresh:", key="review_retry")
    with progress:
        _show_progress(session)
    if session.current:
        _make_ready(session)


def _make_ready(session: ReviewSession) -> None:
    """Fetch what comes next while the person looks at the present image."""
    try:
        if session.wants_more:
            _fetch(session)
        if session.next:
            _upload(session.next.kept.upload, session.next.kept.id)
    except (NotFound, ImageError):
        return  # what the model saw is shown in its place
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)


def _show_progress(session: ReviewSession) -> None:
    words = [f"**{session.earlier + len(session.said):,}** judged today", f"**{session.left:,}** left"]
    if session.per_minute:
        words.append(f"{session.per_minute:.0f} a minute")
    if session.current:
        words.append(_where(session.current.kept, session))
    st.markdown(", ".join(words))


def _where(kept: PredictionRecord, session: ReviewSession) -> str:
    said = session.said.get(kept.id)
    return f"number {kept.id}" + (f": you said {named(said.digit)}" if said else "")


def _show_waiting(waiting: Waiting, session: ReviewSession) -> None:
    left, right = st.columns([5, 4], gap="medium")
    # The buttons reach the browser first: whoever sees the next image can press a key for it.
    with right, st.container(gap="xsmall"):
        offer_answers(waiting.kept, session)
        offer_moves(waiting.kept, session)
    with left, st.container(horizontal=True, gap="small", height=HEIGHT, border=False):
        _show_image(waiting.kept)
        with st.container(width=BESIDE, gap="xsmall"):
            _show_answers(waiting)


def _show_image(kept: PredictionRecord) -> None:
    """The image as it came in; what the model saw of it where the file is gone."""
    seen = kept.prediction.seen
    assert seen is not None  # what has no ink is not kept
    upload = None
    try:
        upload = _upload(kept.upload, kept.id)
    except (NotFound, ImageError):
        pass  # what the model saw says enough
    except HwrError as error:
        show_error(error)
    if upload is None:
        show_seen(seen, side=LARGE)
    else:
        st.image(upload.url, width=upload.width, alt="The image as it came in")


@st.cache_data(max_entries=200, ttl=timedelta(minutes=10), show_spinner=False)
def _upload(name: str | None, prediction_id: int) -> _Upload | None:
    """The image as it came in, None where it was not kept; remembered, so that the next one can be made ready."""
    if name is None:
        return None
    image = shrunk(preview(workspace().history.upload(prediction_id)), LARGE)
    height, width = image.shape
    return _Upload(data_url(image), max(1, round(LARGE * width / max(height, width))))


def _show_answers(waiting: Waiting) -> None:
    """What the model saw and made of it, and the challenger where that differs."""
    prediction = waiting.kept.prediction
    if waiting.kept.upload is not None and prediction.seen is not None:
        show_seen(prediction.seen, side=SMALL)
    show_symbol(wording.symbol(prediction), rem=3)
    st.caption(_candidates(prediction, most=1 if waiting.second else SHOWN))
    if waiting.second:
        st.markdown(f"Challenger  \n**{named(waiting.second.digit)}**")


def _candidates(prediction: Prediction, *, most: int) -> str:
    """The digits that come into question, the likeliest first, one below the other."""
    lines = "  \n".join(
        f"{each.digit}: {wording.percent(each.probability)}"
        for each in prediction.candidates[:most]
        if each.probability >= WORTH_NAMING
    )
    return (
        lines if prediction.verdict.names_a_digit else f"Not a digit, most like {named(prediction.candidates[0].digit)}"
    )


def _show_end(session: ReviewSession) -> None:
    """Behind the last prediction: what is done, and where to go on."""
    if not session.waiting:
        st.info(_nothing(session.order), icon=":material/done_all:")
        st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
        return
    passed = f" {session.passed_over:,} were left as they are." if session.passed_over else ""
    st.success(f"That was the last one here.{passed} Thank you.", icon=":material/done_all:")
    with st.container(horizontal=True):
        st.button("Look again", icon=":material/refresh:", key="review_again", on_click=_start_again)
        offer_undo(session, width="content")


def _nothing(order: Order) -> str:
    """Why a queue is empty, and how it would be filled."""
    if order is not Order.DISAGREE:
        return "Nothing waits here. Draw or upload digits and press Keep: what nobody has judged yet comes here."
    if workspace().modelling.registry.challenger_name() is None:
        return "There is no challenger. A training makes one, and the Models page can name one."
    return f"The challenger reads the newest {COMPARED} unjudged predictions as they were read."


def _start_again() -> None:
    session: ReviewSession = st.session_state[SITTING]
    try:
        st.session_state[SITTING] = _begun(session.order, session)
    except HwrError as error:
        session.problem = error
