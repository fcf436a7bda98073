"""What has become worse lately, what it is mostly due to, and the way to the images."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.filters import LABEL, OUTCOME, READ_AS
from dashboard.components.messages import literal
from dashboard.components.wording import NOT_A_DIGIT, WRONG, digit_in_words, digit_symbol, source_word, verdict_word
from dashboard.views.home.pages import script_of
from hwr_core.app import Cause, Change, Figure, Verdict

WEEK = "7 days"
"""The period to choose on the other page."""


def show_changes(changes: Sequence[Change]) -> None:
    """Each change in a sentence or two, with a link."""
    for change in changes:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":red[:material/trending_down:] {in_words(change)}", width="stretch")
            st.page_link(
                script_of("history"),
                label="See the images",
                icon=":material/arrow_forward:",
                query_params=_filters(change),
            )


def in_words(change: Change) -> str:
    """What has changed, from how much to how much, and what it is mostly due to."""
    before, lately = change.before.share or 0.0, change.lately.share or 0.0
    if change.figure is Figure.WRONG:
        words = f"Accuracy fell from {1 - before:.1%} to {1 - lately:.1%} of {change.lately.total:,} labelled"
    else:
        words = f"Refusals rose from {before:.1%} to {lately:.1%} of {change.lately.total:,} predictions"
    return f"**{words}** in the last 7 days.{_cause(change.cause)}"


def _cause(cause: Cause) -> str:
    parts = []
    if cause.username is not None:
        parts.append(literal(cause.username))
    if cause.source is not None:
        word = source_word(cause.source)
        parts.append(f"by {word if word.isupper() else word.lower()}")
    if cause.mistake is not None:
        actual, read = cause.mistake
        parts.append(f"{digit_in_words(actual)} read as {digit_in_words(read)}")
    return f" Mostly {', '.join(parts)}." if parts else " No user, source or digit stands out."


def _filters(change: Change) -> dict[str, str]:
    """The query parameters by which the history shows the images."""
    cause = change.cause
    found = {"period": WEEK}
    if change.figure is Figure.WRONG:
        found[OUTCOME] = WRONG
    else:
        found["verdict"] = verdict_word(Verdict.NOT_A_DIGIT)
    if cause.username is not None:
        found["of"] = cause.username
    if cause.source is not None:
        found["source"] = source_word(cause.source)
    if cause.mistake is not None:
        names = [NOT_A_DIGIT if digit is None else digit_symbol(digit) for digit in cause.mistake]
        found[LABEL], found[READ_AS] = names
    return found
