"""The controls that choose predictions; what they say stands in the address, so that a view can be shared."""

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from dashboard.components.wording import verdict_word
from dashboard.services import visitor, workspace
from hwr_core.analytics.periods import start_of_today
from hwr_core.auth.permissions import Permission, may
from hwr_core.recognition.types import DIGITS, NONE, Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import Source

ALL = "All"
PERIODS = {"Today": 0, "7 days": 6, "30 days": 29, "12 months": 364, ALL: None}
DIGIT_NAMES = {ALL: None, **{str(digit): digit for digit in DIGITS}, "No digit": NONE}
SOURCES = {ALL: None, **{source.value.capitalize(): source for source in Source}}
VERDICTS = {ALL: None, **{verdict_word(verdict): verdict for verdict in Verdict if verdict is not Verdict.NO_INK}}
JUDGED = {
    ALL: None,
    "Right": Labelled.RIGHT,
    "Wrong": Labelled.WRONG,
    "Judged": Labelled.ANY,
    "Not judged": Labelled.NO,
}


def choose_predictions(timezone: str) -> HistoryFilter:
    """Show the filters and return what they choose."""
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
            whose = _choose_whose()
            source = _choice("Came in by", SOURCES, "source")
        with row[1]:
            digit = _choice("Read as", DIGIT_NAMES, "digit")
            verdict = _choice("Verdict", VERDICTS, "verdict")
        with row[2]:
            actual = _choice("Really", DIGIT_NAMES, "actual")
            judged = _choice("Judged by people", JUDGED, "judged")
        with row[3]:
            model = _choice(
                "Model", {ALL: None, **{name: name for name in workspace().history.model_versions()}}, "model"
            )
            low, high = st.slider("Confidence", 0, 100, (0, 100), format="%d%%", key="confidence", bind="query-params")
    return HistoryFilter(
        user_id=whose,
        digit=digit,
        actual_digit=actual,
        verdict=verdict,
        confidence_from=low / 100,
        confidence_to=high / 100,
        source=source,
        model_version=model,
        labelled=judged,
        since=_since(PERIODS[period or ALL], timezone),
    )


def _choose_whose() -> int | None:
    """Whose predictions: one's own, for who may not see others'."""
    who = visitor()
    if who is not None and not may(who, Permission.SEE_ALL):
        return who.user_id
    names = {user.username: user.id for user in workspace().users.all()}
    whose: int | None = _choice("User", {ALL: None, **names}, "of")
    return whose


def _choice(label: str, values: dict[str, Any], key: str) -> Any:
    return values[st.selectbox(label, [*values], key=key, bind="query-params")]


def _since(days: int | None, timezone: str) -> datetime | None:
    """The start of today in the viewer's time zone, or of the day so many days before."""
    if days is None:
        return None
    noon = datetime.now(UTC) - timedelta(days=days)
    return start_of_today(timezone, noon)
