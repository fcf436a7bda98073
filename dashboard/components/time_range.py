"""A range of time in the address of a page with filters: what a click on a chart selects."""

from datetime import UTC, datetime, timedelta, timezone

import streamlit as st

from hwr_core.errors import InvalidValue

SINCE, UNTIL = "since", "until"
"""The query parameters of a range of time, which no control has."""

_WIDEST = timedelta(hours=15)
"""No zone is farther from UTC."""


def range_in_address() -> tuple[datetime | None, datetime | None]:
    """Return the range of time that the address asks for. Raises InvalidValue."""
    return _moment(SINCE), _moment(UNTIL)


def leave_range() -> None:
    """Take the range out of the address."""
    for name in (SINCE, UNTIL):
        st.query_params.pop(name, None)


def moment_in_address(moment: datetime) -> str:
    """A moment as the address has it: in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(name: str) -> datetime | None:
    text = st.query_params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        for offset in (-_WIDEST, _WIDEST):
            moment.astimezone(timezone(offset))  # as the page shows it in any zone
    except (ValueError, OverflowError) as error:
        raise InvalidValue(
            f"{name} in the address is {text[:40]!r}; a time such as 2026-11-30T00:00:00Z is allowed."
        ) from error
    return moment
