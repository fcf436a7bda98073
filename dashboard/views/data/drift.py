"""Drift as the Data page shows it: the verdict in plain words first, then what it rests on."""

from datetime import timedelta

import streamlit as st

from dashboard.components import wording
from dashboard.components.downloads import offer_table
from dashboard.services import workspace
from dashboard.views.data import charts
from hwr_core.app.exploration import SAMPLED, Against, DriftReport
from hwr_core.evaluation.drift import DIFFERENT, SOMEWHAT, Feature, Level, Shift

ASKED_AGAIN = timedelta(minutes=1)
PERIODS = {"1 day": 1, "7 days": 7, "30 days": 30}
NAMES = {Against.TRAINING: "Training data", Against.EARLIER: "Earlier predictions"}
QUESTIONS = {
    Feature.DIGIT: "Are the same digits read?",
    Feature.CONFIDENCE: "Are predictions as sure?",
    Feature.INK: "Is there as much ink?",
    Feature.SHAPE: "Is the writing as wide?",
}
HELP = {
    Feature.DIGIT: "What was read; none is an image read as no digit.",
    Feature.CONFIDENCE: "Of the predictions that name a digit.",
    Feature.INK: "The share of the image that is ink: it grows with the width of the pen.",
    Feature.SHAPE: "Width of the writing for each unit of its height.",
}


def show_drift(_: str) -> None:
    """Whether recent predictions are like the usual."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.segmented_control(
            "The last", [*PERIODS], default="7 days", required=True, key="recent", bind="query-params"
        )
        possible = workspace().exploration.can_compare_with()
        against = possible[0]
        if len(possible) > 1:
            against = st.segmented_control(
                "Beside",
                possible,
                default=possible[0],
                required=True,
                format_func=NAMES.__getitem__,
                key="beside",
                bind="query-params",
            )
    report = _report(PERIODS[period], Against(against), workspace().served_model().name)
    now, before = f"The last {period}", NAMES[report.against]
    _show_verdict(report, now)
    _show_accuracy(report)
    if report.drift.level is Level.UNKNOWN:
        return
    shifts = report.drift.shifts
    for pair in (shifts[:2], shifts[2:]):
        for column, shift in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _show_shift(shift, now, before)
    st.caption(
        f"The population stability index says how far two spreads lie apart: below {SOMEWHAT:g} they are alike, above "
        f"{DIFFERENT:g} they differ."
    )
    offer_table(charts.drift_table(report.drift.shifts, now, before), "drift", key="drift")


@st.cache_data(ttl=ASKED_AGAIN, max_entries=20, show_spinner="Comparing")
def _report(days: int, against: Against, version: str) -> DriftReport:  # noqa: ARG001  the version is part of the key
    return workspace().exploration.drift(timedelta(days=days), against)


def _show_verdict(report: DriftReport, now: str) -> None:
    drift = report.drift
    say = st.success if drift.level is Level.SAME else st.info if drift.level is Level.UNKNOWN else st.warning
    icon = {
        Level.SAME: ":material/check_circle:",
        Level.UNKNOWN: ":material/hourglass_empty:",
        Level.SOMEWHAT: ":material/change_history:",
        Level.DIFFERENT: ":material/warning:",
    }[drift.level]
    beside = {
        Against.TRAINING: "what the model's training data is like",
        Against.EARLIER: wording.counted(report.reference, "earlier prediction"),
    }[report.against]
    details = f"{now}: {wording.counted(report.recent, 'prediction')} beside {beside}."
    if report.recent > drift.recent or report.reference > drift.reference:
        details += f" Told by samples of about {SAMPLED:,}."
    if drift.missing is None:
        details += " There are too few of the latter to tell."
    elif drift.missing:
        details += f" It takes about {wording.counted(drift.missing, 'more prediction')} to tell."
    if report.model_changed:
        details += " Another model version read the earlier ones, which by itself can change how sure predictions are."
    say(f"**{report.verdict}.** {details}", icon=icon)


def _show_accuracy(report: DriftReport) -> None:
    named, accuracy = report.named, report.named.accuracy
    left, middle, right = st.columns(3)
    left.metric("Predictions of a digit", f"{named.predictions:,}", border=True, height="stretch")
    middle.metric(
        "Expected to be right",
        "Not known" if named.confidence is None else f"{named.confidence:.1%}",
        help="The mean confidence of the predictions that name a digit. Confidences are calibrated: on average they are "
        "right, though less so the more the images differ from the training data.",
        border=True,
        height="stretch",
    )
    with right:
        if accuracy.share is None or accuracy.low is None or accuracy.high is None:
            st.metric("Right, as people say", "No feedback yet", border=True, height="stretch")
            return
        st.metric(
            f"Right, of {accuracy.total:,} judged",
            f"{accuracy.share:.1%}",
            delta=f"{accuracy.low:.0%} to {accuracy.high:.0%}",
            delta_color="off",
            delta_arrow="off",
            help=f"The confidence of those that people judged was {named.labelled_confidence:.1%} on average. They may "
            "have judged the doubtful ones first.",
            border=True,
        )


def _show_shift(shift: Shift, now: str, before: str) -> None:
    question = QUESTIONS[shift.feature]
    st.markdown(f"**{question}**", help=HELP[shift.feature])
    st.plotly_chart(
        charts.shifted(shift, now, before),
        key=f"drift_{shift.feature}",
        config={"displayModeBar": False},
        alt=question,
    )
    st.caption(f"{_said(shift)} (index {shift.psi:.2f}).")


def _said(shift: Shift) -> str:
    if shift.psi < SOMEWHAT:
        return "Much alike"
    return f"{'Clearly' if shift.psi > DIFFERENT else 'Somewhat'} different: {shift.words}"
