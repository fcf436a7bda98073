"""Questions of the Analytics page to the history, answered from a short-lived cache."""

from datetime import timedelta
from operator import attrgetter
from typing import Any

import streamlit as st

from dashboard.services import visitor, workspace
from hwr_core.app import Caller, HistoryFilter

FRESH = timedelta(seconds=5)
"""How long an answer is fresh enough for a page that is drawn again at every click."""


def ask(question: str, selected: HistoryFilter, **details: Any) -> Any:
    """Ask the analytics a question by the name of its method."""
    return _cached(visitor(), f"analytics.{question}", selected, **details)


def count(selected: HistoryFilter) -> int:
    """Return how many predictions a filter selects."""
    found: int = _cached(visitor(), "history.count", selected)
    return found


@st.cache_data(ttl=FRESH, max_entries=200, show_spinner=False)
def _cached(
    who: Caller | None,  # noqa: ARG001  part of the key: nobody is shown what only another may see
    question: str,
    selected: HistoryFilter,
    **details: Any,
) -> Any:
    return attrgetter(question)(workspace())(selected, **details)
