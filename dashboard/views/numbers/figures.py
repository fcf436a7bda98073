"""How many numbers are read whole and accepted, and whether as few accepted ones are wrong as promised."""

import streamlit as st

from dashboard.components.accuracy import show_accuracy
from dashboard.components.wording import percent
from dashboard.services import workspace
from hwr_core.app import NumberDimension, NumberFigures, NumberFilter

DIMENSIONS = {
    "Pattern": NumberDimension.PATTERN,
    "Source": NumberDimension.SOURCE,
    "User": NumberDimension.USER,
    "Model": NumberDimension.MODEL_VERSION,
}

COLUMNS = {
    "numbers": "Numbers",
    "accepted": "Accepted",
    "labelled": "Labelled",
    "right": "Correct",
    "accepted_labelled": "Accepted, labelled",
    "accepted_right": "Accepted, correct",
}


def show_figures(chosen: NumberFilter, _: str) -> None:
    """Show the figures of the numbers that match a filter, and the same by pattern, source, user or model."""
    figures = workspace().analytics.numbers(chosen)
    row = st.columns(4)
    row[0].metric("Numbers", f"{figures.numbers:,}", border=True, height="stretch")
    share = f"{figures.accepted / figures.numbers:.0%}" if figures.numbers else "–"
    row[1].metric("Accepted", share, border=True, height="stretch", help=f"{figures.accepted:,} numbers")
    with row[2]:
        show_accuracy(figures.whole)
    wrong = figures.accepted_right.total - figures.accepted_right.right
    row[3].metric(
        "Accepted, wrong",
        f"{wrong:,} of {figures.accepted_right.total:,}",
        border=True,
        height="stretch",
        help="Of those that somebody has judged.",
    )
    st.markdown(_verdict(figures, wrong))
    by = st.segmented_control("By", [*DIMENSIONS], default="Pattern", required=True, key="numbers_by")
    table = workspace().analytics.numbers_by(chosen, by=DIMENSIONS[by])
    st.dataframe(table.rename(columns=COLUMNS | {"value": by}), hide_index=True, alt=f"Numbers by {by.lower()}")


def _verdict(figures: NumberFigures, wrong: int) -> str:
    judged = figures.accepted_right
    if figures.promised is None or judged.low is None or judged.high is None:
        return "No accepted number has been judged yet. *Check*, *Random accepted* shows whether the promise holds."
    least, most = percent(1.0 - judged.high), percent(1.0 - judged.low)
    promised = percent(figures.promised)
    found = f"{percent(wrong / judged.total)} of the accepted numbers that were judged are wrong ({least} to {most})"
    if 1.0 - judged.high > figures.promised:
        return f"{found}: **more than the {promised} that were promised**. Accept less (HWR_MAX_ERROR)."
    return f"{found}; at most {promised} were promised."
