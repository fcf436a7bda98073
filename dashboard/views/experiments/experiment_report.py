"""What an experiment has shown: the verdict, its arms, and how each differs from the first one."""

import streamlit as st

from dashboard.components.charts.shown import show_figure
from dashboard.components.messages import leave_toast, literal, show_error
from dashboard.components.wording import day, percent
from dashboard.services import allowed, workspace
from dashboard.views.experiments.charts import differences
from dashboard.views.models.promotion import confirm_promotion
from hwr_core.app import ArmReport, Experiment, ExperimentReport, ExperimentState, Metric, Permission
from hwr_core.errors import HwrError

BADGES = {
    ExperimentState.RUNNING: "blue",
    ExperimentState.DECIDED: "green",
    ExperimentState.STOPPED: "orange",
    ExperimentState.ENDED: "grey",
}


def show_report(report: ExperimentReport) -> None:
    """An experiment in full, and what can be done with it."""
    experiment = report.experiment
    st.subheader(literal(experiment.name))
    st.markdown(f":{BADGES[experiment.state]}-badge[{experiment.state}] {_about(experiment)}")
    (st.success if report.winner else st.info)(literal(report.verdict), icon=":material/balance:")
    if experiment.reason and experiment.reason != report.verdict:
        st.caption(literal(experiment.reason))
    _show_arms(report.arms)
    if any(arm.differences for arm in report.arms):
        show_figure(
            differences(report.arms), key="experiments_differences", alt="Differences in accuracy, with their intervals"
        )
        st.caption("Each interval holds however often you look: it covers the true difference 95 times of 100.")
    if allowed(Permission.PROMOTE):
        _show_actions(report)


def _about(experiment: Experiment) -> str:
    until = experiment.finished_at or experiment.ends_at
    verb = "Ended" if experiment.finished_at else "Ends at the latest"
    adaptive = " Shares follow what each version has shown." if experiment.adaptive else ""
    return f"Decided by {experiment.metric}. Started on {day(experiment.created_at)}. {verb} on {day(until)}.{adaptive}"


def _show_arms(arms: tuple[ArmReport, ...]) -> None:
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        {
            "Version": [arm.version for arm in arms],
            "Finding": ["compared with", *(arm.finding.value for arm in arms[1:])],
            "Accuracy": [arm.accuracy for arm in arms],
            "95% interval": [_interval(arm) for arm in arms],
            "Labelled": [arm.labelled for arm in arms],
            "Predictions": [arm.predictions for arm in arms],
            "Users": [arm.units for arm in arms],
            "Share of users": [f"{arm.share:.0%}" for arm in arms],
            "Refused": [arm.means[Metric.REFUSALS] for arm in arms],
            "Corrected": [arm.means[Metric.CORRECTIONS] for arm in arms],
            "Time, ms": [_milliseconds(arm) for arm in arms],
        },
        hide_index=True,
        placeholder="–",
        key="experiments_arms",
        alt="What each model version has shown",
        column_config={
            "Accuracy": share,
            "Refused": share,
            "Corrected": share,
            "Time, ms": st.column_config.NumberColumn(format="%.1f"),
        },
    )


def _interval(arm: ArmReport) -> str | None:
    return None if arm.interval is None else " to ".join(percent(end) for end in arm.interval)


def _milliseconds(arm: ArmReport) -> float | None:
    seconds = arm.means[Metric.LATENCY]
    return None if seconds is None else 1000 * seconds


def _show_actions(report: ExperimentReport) -> None:
    with st.container(horizontal=True):
        if report.winner is not None and st.button(
            "Promote the better version", type="primary", icon=":material/upgrade:", key="experiments_promote"
        ):
            confirm_promotion(workspace().modelling.registry.get(report.winner.version))
        if report.experiment.is_running and st.button("Stop", icon=":material/stop:", key="experiments_stop"):
            _confirm_stop(report.experiment.id)


@st.dialog("Stop the experiment")
def _confirm_stop(experiment_id: int) -> None:
    st.markdown("Everybody is read by the served version again. What was found stays here.")
    reason = st.text_input("Reason", max_chars=500, placeholder="For the record", key="experiments_reason")
    if st.button("Stop", type="primary", key="experiments_stop_confirmed"):
        try:
            workspace().experiments.stop(experiment_id, reason)
        except HwrError as error:
            show_error(error)
        else:
            leave_toast("The experiment was stopped.")
            st.rerun()
