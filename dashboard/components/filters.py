"""The controls that filter predictions; their values stand in the address, so that a view can be shared."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components.links import USER, link_to_draw
from dashboard.components.time_range import SINCE, UNTIL, leave_range, moment_in_address, range_in_address
from dashboard.components.wording import CORRECT, LABELLED, NOT_A_DIGIT, NOT_LABELLED, WRONG, source_word, verdict_word
from dashboard.services import visitor, workspace
from hwr_core.app import (
    NONE,
    HistoryFilter,
    Labelled,
    Permission,
    Source,
    Verdict,
    all_scripts,
    all_values,
    may,
    start_of_today,
)

ALL = "All"
PERIODS = {"Today": 0, "7 days": 6, "30 days": 29, "12 months": 364, ALL: None}
DIGIT_NAMES = {ALL: None, **{str(digit): digit for digit in sorted(all_values())}, NOT_A_DIGIT: NONE}
SOURCES = {ALL: None, **{source_word(source): source for source in Source}}
VERDICTS = {ALL: None, **{verdict_word(verdict): verdict for verdict in Verdict if verdict is not Verdict.NO_INK}}
OUTCOMES = {
    ALL: None,
    CORRECT: Labelled.RIGHT,
    WRONG: Labelled.WRONG,
    LABELLED: Labelled.ANY,
    NOT_LABELLED: Labelled.NO,
}

READ_AS, LABEL, OUTCOME = "digit", "actual", "outcome"
"""The names of controls, which clicks on charts set, too."""

FILTERS = (USER, "source", "script", READ_AS, "verdict", LABEL, OUTCOME, "model", "period")
"""The names of all controls of which `ALL` selects everything."""

_FORMERLY = {"Right": CORRECT, "Wrong": WRONG, "Judged": LABELLED, "Not judged": NOT_LABELLED, "No digit": NOT_A_DIGIT}
"""The options as links of earlier versions name them."""


def choose_filter(timezone: str) -> HistoryFilter:
    """Show the filters and return what they select."""
    _accept_old_link()
    period = st.segmented_control(
        "Period",
        [*PERIODS],
        default=ALL,
        required=True,
        wrap=False,
        key="period",
        bind="query-params",
        label_visibility="collapsed",
    )
    with st.expander("Filters", icon=":material/filter_list:", expanded=False):
        row = st.columns(4)
        with row[0]:
            whose = choose_user()
            source = choice("Source", SOURCES, "source")
            script = choice("Script", {ALL: None, **_scripts()}, "script")
        with row[1]:
            digit = choice("Read as", DIGIT_NAMES, READ_AS)
            verdict = choice("Verdict", VERDICTS, "verdict")
        with row[2]:
            actual = choice("Label", DIGIT_NAMES, LABEL)
            labelled = choice("Outcome", OUTCOMES, OUTCOME)
        with row[3]:
            models = {ALL: None, **{name: name for name in workspace().history.model_versions()}}
            model = choice("Model", models, "model")
            low, high = st.slider("Confidence", 0, 100, (0, 100), format="%d%%", key="confidence", bind="query-params")
    start, end = _show_range(timezone)
    return HistoryFilter(
        user_id=whose,
        digit=digit,
        actual_digit=actual,
        verdict=verdict,
        confidence_from=low / 100,
        confidence_to=high / 100,
        source=source,
        script=script,
        model_version=model,
        labelled=labelled,
        since=start or since(PERIODS[period or ALL], timezone),
        until=end,
    )


def parameters_of(used: HistoryFilter) -> dict[str, str | list[str]]:
    """Return the query parameters by which a page with these filters shows the same predictions."""
    users = {user.username: user.id for user in workspace().users.all()} if used.user_id else {}
    confidence = [f"{round(100 * share)}" for share in (used.confidence_from, used.confidence_to)]
    found = {
        USER: _name_in(users, used.user_id),
        "source": _name_in(SOURCES, used.source),
        "script": _name_in(_scripts(), used.script),
        READ_AS: _name_in(DIGIT_NAMES, used.digit),
        LABEL: _name_in(DIGIT_NAMES, used.actual_digit),
        "verdict": _name_in(VERDICTS, used.verdict),
        OUTCOME: _name_in(OUTCOMES, used.labelled),
        "model": used.model_version,
        "confidence": None if confidence == ["0", "100"] else confidence,
        SINCE: used.since and moment_in_address(used.since),
        UNTIL: used.until and moment_in_address(used.until),
    }
    return {name: value for name, value in found.items() if value}


def _name_in(values: dict[str, Any], value: object) -> str | None:
    """What a control calls a value, None where it selects nothing."""
    return next((name for name, each in values.items() if value is not None and each == value), None)


def _show_range(timezone: str) -> tuple[datetime | None, datetime | None]:
    """Say which range of time the address asks for, with a button to leave it. Raises InvalidValue."""
    start, end = range_in_address()
    if start or end:
        words = [
            f"{word} {moment.astimezone(ZoneInfo(timezone)):%-d %B %Y, %H:%M}"
            for word, moment in (("from", start), ("before", end))
            if moment
        ]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Only {' and '.join(words)}", width="content")
            st.button("Any time", icon=":material/close:", key="leave_range", on_click=leave_range)
    return start, end


def show_nothing_found(used: HistoryFilter) -> None:
    """Say that no predictions are found, and what to do about it."""
    if replace(used, user_id=None) != HistoryFilter():
        st.info("No predictions match. Choose a longer period or other filters.", icon=":material/filter_list:")
        return
    st.info("No predictions yet. Draw a digit or upload an image, and save it.", icon=":material/history:")
    link_to_draw()


def _accept_old_link() -> None:
    for name, today in ((READ_AS, READ_AS), (LABEL, LABEL), ("judged", OUTCOME)):
        if (option := st.query_params.get(name)) in _FORMERLY:
            del st.query_params[name]
            st.session_state[today] = _FORMERLY[option]  # from where it comes into the address


def _scripts() -> dict[str, str]:
    """The names of the scripts by their titles."""
    return {script.title: script.name for script in all_scripts().values()}


def choose_user() -> int | None:
    """Whose predictions: one's own, for who may not see others'."""
    who = visitor()
    if who is not None and not may(who, Permission.SEE_ALL):
        return who.user_id
    names = {user.username: user.id for user in workspace().users.all()}
    whose: int | None = choice("User", {ALL: None, **names}, USER)
    return whose


def choice(label: str, values: dict[str, Any], key: str) -> Any:
    """Let the user choose one of some names; return its value."""
    return values[st.selectbox(label, [*values], key=key, bind="query-params")]


def since(days: int | None, timezone: str) -> datetime | None:
    """The start of today in the viewer's time zone, or of the day so many days before."""
    if days is None:
        return None
    noon = datetime.now(UTC) - timedelta(days=days)
    return start_of_today(timezone, noon)
