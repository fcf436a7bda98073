"""The accuracy of labelled predictions as a metric, with its 95% interval."""

import streamlit as st

from dashboard.components.wording import NO_LABELS
from hwr_core.app import Proportion


def show_accuracy(accuracy: Proportion, *, note: str = "") -> None:
    """Show the accuracy and the number of labels it rests on, or that there are none; `note` adds to its help."""
    if accuracy.share is None or accuracy.low is None or accuracy.high is None:
        st.metric("Accuracy", NO_LABELS, border=True, height="stretch")
        return
    st.metric(
        f"Correct, of {accuracy.total:,}",
        f"{accuracy.share:.1%}",
        help=f"{accuracy.right:,} of {accuracy.total:,} labelled predictions are correct. The 95% interval of the "
        f"true accuracy is {accuracy.low:.1%} to {accuracy.high:.1%}. {note}".rstrip(),
        delta=f"{accuracy.low:.0%} to {accuracy.high:.0%}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
