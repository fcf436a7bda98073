"""Starting an experiment, in a dialog that says beforehand how long it may take."""

from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import counted
from dashboard.services import workspace
from hwr_core.app import LONGEST_FIELD_NAME, SMALLEST, Arm, Metric, NewExperiment
from hwr_core.errors import HwrError

MOST_DAYS, USUAL_DAYS = 366, 30
METRICS = {
    "Accuracy of labelled predictions": Metric.ACCURACY,
    "Predictions labelled as wrong": Metric.CORRECTIONS,
    "Images refused as no digit": Metric.REFUSALS,
    "Time for each image": Metric.LATENCY,
}


@st.dialog("New experiment", width="medium")
def start_experiment() -> None:
    """Ask which versions, what decides and for how long; say what it takes, and start it."""
    try:
        registry = workspace().modelling.registry
        names = [version.name for version in registry.versions() if not version.is_retired]
        served = registry.champion_name()
    except HwrError as error:
        show_error(error)
        return
    others = [name for name in names if name != served]
    if not others:
        st.info("There is only one model version. Train another one first.")
        return
    name = st.text_input("Name", max_chars=LONGEST_FIELD_NAME, key="experiments_name")
    chosen = st.multiselect(f"Compare {served} with", others, others[:1], max_selections=3, key="experiments_versions")
    share = st.slider("Users who get one of the new versions", 5, 95, 50, format="%d%%", key="experiments_share")
    metric = METRICS[st.selectbox("What decides", [*METRICS], key="experiments_metric")]
    smallest = _ask_smallest(metric)
    days = st.number_input("Ends after, at the latest, days", 1, MOST_DAYS, USUAL_DAYS, key="experiments_days")
    adaptive = st.checkbox("Send more users to the version that does better", key="experiments_adaptive")
    new = share / 100 / max(1, len(chosen))
    arms = (Arm(served or "", 1 - share / 100), *(Arm(each, new) for each in chosen))
    if chosen:
        _show_plan(arms, metric, smallest)
    if st.button("Start", type="primary", disabled=not (name.strip() and chosen), key="experiments_start"):
        ends_at = datetime.now(UTC) + timedelta(days=days)
        _start(NewExperiment(name, arms, ends_at, metric, smallest, adaptive))


def _ask_smallest(metric: Metric) -> float:
    """The smallest difference that matters, in the metric's own unit."""
    key = f"experiments_smallest_{metric}"
    if metric.is_share:
        points: float = st.number_input(
            "Smallest difference that matters, points", 0.1, 50.0, 100 * SMALLEST[metric], 0.1, key=key
        )
        return points / 100
    milliseconds: float = st.number_input(
        "Smallest difference that matters, ms", 0.1, 500.0, 1000 * SMALLEST[metric], 0.1, key=key
    )
    return milliseconds / 1000


def _show_plan(arms: tuple[Arm, ...], metric: Metric, smallest: float) -> None:
    try:
        plan = workspace().experiments.plan(arms, metric, smallest)
    except HwrError as error:
        show_error(error)
        return
    what = "labelled prediction" if metric is Metric.ACCURACY else "prediction"
    when = (
        "There were none in the last 30 days, so nobody can say how long that takes."
        if plan.days is None
        else f"At the rate of the last 30 days that takes about {counted(max(1, round(plan.days)), 'day')}."
    )
    st.caption(f"To show that difference, about {counted(plan.outcomes, what)} are needed. {when}")


def _start(new: NewExperiment) -> None:
    try:
        workspace().experiments.start(new, user_id())
    except HwrError as error:
        show_error(error)
    else:
        leave_toast("The experiment has started.")
        st.rerun()
