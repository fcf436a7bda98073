"""The queue of the Review page: one reading at a time, judged by a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.components import wording
from dashboard.components.images import data_url, shrunk
from dashboard.components.panels import show_error, show_seen, show_symbol
from dashboard.components.user_switch import person_id
from dashboard.services import preview, workspace
from dashboard.views.review.buttons import SITTING, named, offer_answers, offer_moves, offer_undo
from dashboard.views.review.session import AHEAD, Sitting
from hwr_core.analytics.periods import start_of_today
from hwr_core.errors import HwrError, NotFound, PictureError
from hwr_core.history.predictions import KeptReading
from hwr_core.recognition.types import Reading
from hwr_core.review.service import COMPARED, Order, Waiting

LARGE, SMALL = 224, 84
"""Sides of the pictures in pixels: whole multiples of the 28 that the model sees."""
BESIDE = 112
"""Width of what stands beside the large picture; both fit a phone."""
HEIGHT = 244
"""Of both, so that nothing moves from one reading to the next."""
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
class _Original:
    """A picture as it came in, within the page since a file would have to be fetched, and how wide it is shown."""

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
    """Choose why readings are asked about, and ask."""
    chosen = choose("order", [*ORDERS])
    order = ORDERS[chosen]
    st.caption(REASONS[order])
    sitting = st.session_state.get(SITTING)
    if sitting is None or sitting.order is not order or sitting.current is None:  # new ones may have come
        st.session_state[SITTING] = _begun(order, sitting)
    _show_desk()


def _begun(order: Order, before: Sitting | None) -> Sitting:
    """A sitting at the head of a queue; what was said in the one before still counts."""
    sitting = Sitting(order, left=workspace().review.count(order))
    if before:
        sitting.said, sitting.moments, sitting.earlier = before.said, before.moments, before.earlier
    else:  # a reload ends a sitting, not the day's count
        today = start_of_today(st.context.timezone or "UTC")
        sitting.earlier = workspace().feedback.count(user_id=person_id(), since=today)
    _fetch(sitting)
    return sitting


def _fetch(sitting: Sitting) -> None:
    sitting.add(workspace().review.page(sitting.order, limit=AHEAD, after=sitting.last))


@st.fragment
def _show_desk() -> None:
    """The reading being looked at; a key reruns this and nothing else."""
    sitting: Sitting = st.session_state[SITTING]
    progress = st.container()
    if sitting.problem:
        show_error(sitting.problem)
        sitting.problem = None
    if sitting.current is None:
        _make_ready(sitting)
    if sitting.current:
        _show_waiting(sitting.current, sitting)
        st.caption(KEYS)
    elif sitting.is_whole:
        _show_end(sitting)
    else:
        st.button("Try again", icon=":material/refresh:", key="review_retry")
    with progress:
        _show_progress(sitting)
    if sitting.current:
        _make_ready(sitting)


def _make_ready(sitting: Sitting) -> None:
    """Fetch what comes next while the person looks at the present picture."""
    try:
        if sitting.wants_more:
            _fetch(sitting)
        if sitting.next:
            _original(sitting.next.kept.original, sitting.next.kept.id)
    except (NotFound, PictureError):
        return  # what the model saw is shown in its place
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)


def _show_progress(sitting: Sitting) -> None:
    words = [f"**{sitting.earlier + len(sitting.said):,}** judged today", f"**{sitting.left:,}** left"]
    if sitting.per_minute:
        words.append(f"{sitting.per_minute:.0f} a minute")
    if sitting.current:
        words.append(_where(sitting.current.kept, sitting))
    st.markdown(", ".join(words))


def _where(kept: KeptReading, sitting: Sitting) -> str:
    said = sitting.said.get(kept.id)
    return f"number {kept.id}" + (f": you said {named(said.digit)}" if said else "")


def _show_waiting(waiting: Waiting, sitting: Sitting) -> None:
    left, right = st.columns([5, 4], gap="medium")
    # The buttons reach the browser first: whoever sees the next picture can press a key for it.
    with right, st.container(gap="xsmall"):
        offer_answers(waiting.kept, sitting)
        offer_moves(waiting.kept, sitting)
    with left, st.container(horizontal=True, gap="small", height=HEIGHT, border=False):
        _show_picture(waiting.kept)
        with st.container(width=BESIDE, gap="xsmall"):
            _show_answers(waiting)


def _show_picture(kept: KeptReading) -> None:
    """The picture as it came in; what the model saw of it where the file is gone."""
    seen = kept.reading.seen
    assert seen is not None  # what has no ink is not kept
    original = None
    try:
        original = _original(kept.original, kept.id)
    except (NotFound, PictureError):
        pass  # what the model saw says enough
    except HwrError as error:
        show_error(error)
    if original is None:
        show_seen(seen, side=LARGE)
    else:
        st.image(original.url, width=original.width, alt="The picture as it came in")


@st.cache_data(max_entries=200, ttl=timedelta(minutes=10), show_spinner=False)
def _original(name: str | None, reading_id: int) -> _Original | None:
    """The picture as it came in, None where it was not kept; remembered, so that the next one can be made ready."""
    if name is None:
        return None
    picture = shrunk(preview(workspace().history.original(reading_id)), LARGE)
    height, width = picture.shape
    return _Original(data_url(picture), max(1, round(LARGE * width / max(height, width))))


def _show_answers(waiting: Waiting) -> None:
    """What the model saw and made of it, and the challenger where that differs."""
    reading = waiting.kept.reading
    if waiting.kept.original is not None and reading.seen is not None:
        show_seen(reading.seen, side=SMALL)
    show_symbol(wording.symbol(reading), rem=3)
    st.caption(_candidates(reading, most=1 if waiting.second else SHOWN))
    if waiting.second:
        st.markdown(f"Challenger  \n**{named(waiting.second.digit)}**")


def _candidates(reading: Reading, *, most: int) -> str:
    """The digits that come into question, the likeliest first, one below the other."""
    lines = "  \n".join(
        f"{each.digit}: {wording.percent(each.probability)}"
        for each in reading.candidates[:most]
        if each.probability >= WORTH_NAMING
    )
    return lines if reading.verdict.names_a_digit else f"Not a digit, most like {named(reading.candidates[0].digit)}"


def _show_end(sitting: Sitting) -> None:
    """Behind the last reading: what is done, and where to go on."""
    if not sitting.waiting:
        st.info(_nothing(sitting.order), icon=":material/done_all:")
        st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
        return
    passed = f" {sitting.passed_over:,} were left as they are." if sitting.passed_over else ""
    st.success(f"That was the last one here.{passed} Thank you.", icon=":material/done_all:")
    with st.container(horizontal=True):
        st.button("Look again", icon=":material/refresh:", key="review_again", on_click=_start_again)
        offer_undo(sitting, width="content")


def _nothing(order: Order) -> str:
    """Why a queue is empty, and how it would be filled."""
    if order is not Order.DISAGREE:
        return "Nothing waits here. Draw or upload digits and press Keep: what nobody has judged yet comes here."
    if workspace().modelling.registry.challenger_name() is None:
        return "There is no challenger. A training makes one, and the Models page can name one."
    return f"The challenger reads the newest {COMPARED} unjudged readings as they were read."


def _start_again() -> None:
    sitting: Sitting = st.session_state[SITTING]
    try:
        st.session_state[SITTING] = _begun(sitting.order, sitting)
    except HwrError as error:
        sitting.problem = error
