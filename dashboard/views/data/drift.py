"""Drift: the verdict in plain words first, then what it rests on."""

from datetime import timedelta

import streamlit as st

from dashboard.components import wording
from dashboard.components.accuracy import show_accuracy
from dashboard.components.charts.shown import show_figure
from dashboard.components.downloads import show_data
from dashboard.services import workspace
from dashboard.views.data import charts
from hwr_core.app import DIFFERENT, SAMPLED, SOMEWHAT, Against, DriftReport, Feature, Level, Shift

CACHED = timedelta(minutes=1)
PERIODS = {"1 day": 1, "7 days": 7, "30 days": 30}
NAMES = {Against.TRAINING: "Training data", Against.EARLIER: "Earlier predictions"}
QUESTIONS = {
    Feature.DIGIT: "Are the same digits being read?",
    Feature.CONFIDENCE: "Are predictions as confident?",
    Feature.INK: "Are the strokes as thick?",
    Feature.SHAPE: "Is the writing as wide?",
}
HELP = {
    Feature.DIGIT: "The predicted digit; 'none' means not a digit.",
    Feature.CONFIDENCE: "Of the predictions that name a digit.",
    Feature.INK: "The share of the image covered by strokes, which grows with the width of the pen.",
    Feature.SHAPE: "Width of the writing divided by its height.",
}


def show_drift(_: str) -> None:
    """Whether recent predictions are like the training data or earlier predictions."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.segmented_control(
            "Recent period", [*PERIODS], default="7 days", required=True, key="recent", bind="query-params"
        )
        possible = workspace().exploration.can_compare_with()
        against = possible[0]
        if len(possible) > 1:
            against = st.segmented_control(
                "Compare with",
                possible,
                default=possible[0],
                required=True,
                format_func=NAMES.__getitem__,
                key="beside",
                bind="query-params",
            )
    report = _report(PERIODS[period], Against(against), workspace().served_model().name)
    now, before = f"Last {period}", NAMES[report.against]
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
        f"The population stability index measures how far two distributions are apart: below {SOMEWHAT:g} they are "
        f"alike, above {DIFFERENT:g} they differ."
    )
    show_data(charts.drift_table(report.drift.shifts, now, before), "drift", key="drift")


@st.cache_data(ttl=CACHED, max_entries=20, show_spinner="Comparing")
def _report(days: int, against: Against, version: str) -> DriftReport:  # noqa: ARG001  part of the key
    return workspace().exploration.drift(timedelta(days=days), against)


def _show_verdict(report: DriftReport, now: str) -> None:
    drift = report.drift
    show = st.success if drift.level is Level.SAME else st.info if drift.level is Level.UNKNOWN else st.warning
    icon = {
        Level.SAME: ":material/check_circle:",
        Level.UNKNOWN: ":material/hourglass_empty:",
        Level.SOMEWHAT: ":material/change_history:",
        Level.DIFFERENT: ":material/warning:",
    }[drift.level]
    reference = {
        Against.TRAINING: "the model's training data",
        Against.EARLIER: wording.counted(report.reference, "earlier prediction"),
    }[report.against]
    details = f"{now}: {wording.counted(report.recent, 'prediction')}, compared with {reference}."
    if report.recent > drift.recent or report.reference > drift.reference:
        details += f" Based on samples of about {SAMPLED:,}."
    if drift.missing is None:
        details += " There are too few of the latter to tell."
    elif drift.missing:
        details += f" It takes about {wording.counted(drift.missing, 'more prediction')} to tell."
    if report.model_changed:
        details += " Another model version made the earlier predictions, which by itself can change their confidence."
    show(f"**{report.verdict}.** {details}", icon=icon)


def _show_accuracy(report: DriftReport) -> None:
    named = report.named
    left, middle, right = st.columns(3)
    left.metric("Digits read", f"{named.predictions:,}", border=True, height="stretch")
    middle.metric(
        "Expected accuracy",
        "Unknown" if named.confidence is None else f"{named.confidence:.1%}",
        help="The mean confidence of the predictions that name a digit. Confidence is calibrated to match accuracy, "
        "less reliably so the more the images differ from the training data.",
        border=True,
        height="stretch",
    )
    with right:
        show_accuracy(report.accuracy, note=_note(named.labelled_confidence))


def _note(confidence: float | None) -> str:
    """What to make of the accuracy, which rests on those predictions alone that users chose to label."""
    mean = "" if confidence is None else f"Those that name a digit have a mean confidence of {confidence:.1%}. "
    return f"{mean}Users may have labelled the doubtful ones first."


def _show_shift(shift: Shift, now: str, before: str) -> None:
    question = QUESTIONS[shift.feature]
    st.markdown(f"**{question}**", help=HELP[shift.feature])
    show_figure(charts.shifted(shift, now, before), key=f"drift_{shift.feature}", alt=question)
    st.caption(f"{_summary(shift)} (index {shift.psi:.2f}).")


def _summary(shift: Shift) -> str:
    if shift.psi < SOMEWHAT:
        return "Much alike"
    return f"{'Clearly' if shift.psi > DIFFERENT else 'Somewhat'} different: {shift.words}"
