"""What the Home page shows: today's figures against the usual, what wants attention, and the model that reads."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.components import wording
from dashboard.services import allowed, workspace
from dashboard.views.data.grid import DRIFT
from hwr_core.app.exploration import Against
from hwr_core.app.overview import Concern, Matter, Overview
from hwr_core.auth.permissions import Permission
from hwr_core.evaluation.evaluate import evaluations_of
from hwr_core.evaluation.suites import SUITES
from hwr_core.registry.registry import ModelVersion

HEADLINE_SUITES = {
    "mnist": "MNIST",
    "strokes": "Drawn",
    "scans": "Scanned",
    "phone": "Phone photos",
    "poor": "Poor scans",
    "no-digit": "No digits",
    "numbers": "Whole amounts",
}
"""The suites by which most people know what a model is worth, and what they are called here."""

SUITE_WIDTH = 158
"""Pixels: four stand side by side, and two on a phone."""
LOOKED_AT_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Words:
    """How one kind of concern is told: of one, of several, and where to go for those who may."""

    one: str
    many: str
    icon: str
    page: str
    label: str
    right: Permission = Permission.SEE_ALL


WORDS = {
    Matter.DISK_FULL: _Words(
        "Hardly any room is left on the disk.",
        "Only {count:,} MB are left on the disk.",
        "hard_drive",
        "settings",
        "Make room",
        Permission.MAINTAIN,
    ),
    Matter.JOB_FAILED: _Words(
        "A job failed in the last 7 days.", "{count:,} jobs failed in the last 7 days.", "error", "training", "See why"
    ),
    Matter.TO_REVIEW: _Words(
        "One unsure prediction of the last 7 days has not been judged.",
        "{count:,} unsure predictions of the last 7 days have not been judged.",
        "rate_review",
        "review",
        "Review",
    ),
    Matter.CHALLENGER: _Words(
        "A new version waits to be compared with the one that reads.",
        "New versions wait to be compared with the one that reads.",
        "deployed_code_update",
        "models",
        "Compare",
    ),
    Matter.JOB_RUNNING: _Words(
        "A job is under way.", "{count:,} jobs are under way.", "progress_activity", "training", "Watch"
    ),
}
"""In the order of the overview; every matter has its words."""

ACTIONS = (
    ("Draw a digit", "draw", "draw"),
    ("Upload images", "upload", "upload_file"),
    ("Review predictions", "review", "rate_review"),
)
"""Label, page and icon; the first is the one that most come for."""


def show_health() -> None:
    """One sentence: everything works, or what does not."""
    health = workspace().health()
    for problem in health.problems:
        st.error(problem, icon=":material/error:")
    if not health.problems:
        st.markdown(":green[:material/check_circle:] Everything works.")


def show_actions() -> None:
    """The buttons that most visits begin with."""
    with st.container(horizontal=True):
        for place, (label, page, icon) in enumerate(ACTIONS):
            first = place == 0
            if st.button(
                label, icon=f":material/{icon}:", type="primary" if first else "secondary", key=f"home_{page}"
            ):
                st.switch_page(_file(page))


def show_today(found: Overview) -> None:
    """Three figures, each beside what is usual."""
    today = found.today
    columns = st.columns(3)
    columns[0].metric(
        "Read today",
        f"{today.today.predictions:,}",
        delta=None if today.usual is None else f"{today.today.by_now - round(today.usual):+,}",
        delta_color="off",
        delta_description=None if today.usual is None else f"usual by now: {round(today.usual):,}",
        help="The usual is the median of the days before, up to the same time of day, over four weeks at most.",
        chart_data=[day.predictions for day in today.days] if len(today.days) > 1 else None,
        chart_type="bar",
        border=True,
        height="stretch",
    )
    doubtful, usually = today.doubtful, today.usually_doubtful
    columns[1].metric(
        "Unsure or refused today",
        "-" if doubtful is None else f"{doubtful:.1%}",
        delta=None if doubtful is None or usually is None else f"{(doubtful - usually) * 100:+.1f} points",
        delta_color="inverse" if today.is_unusually_doubtful else "off",
        delta_description=None if usually is None else f"usual: {usually:.1%}",
        help="More than usual may mean other writers, other paper or a camera out of focus. In colour where it is more "
        "than chance.",
        chart_data=[day.doubtful / max(day.predictions, 1) for day in today.days] if len(today.days) > 1 else None,
        border=True,
        height="stretch",
    )
    accuracy = found.accuracy
    columns[2].metric(
        "Right, last 7 days",
        "-" if accuracy.share is None else f"{accuracy.share:.1%}",
        help="Of the predictions that people have judged.",
        delta=f"of {accuracy.total:,} judged" if accuracy.total else "none judged yet",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )


def show_concerns(concerns: tuple[Concern, ...]) -> None:
    """What wants attention, each with the way to it."""
    st.subheader("Needs attention")
    if not concerns:
        st.caption("Nothing at present.")
    for concern in concerns:
        words = WORDS[concern.matter]
        text = words.one if concern.count == 1 else words.many.format(count=concern.count)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/{words.icon}: {text}", width="stretch")
            if allowed(words.right):
                st.page_link(_file(words.page), label=words.label, icon=":material/arrow_forward:")


def show_model(version: ModelVersion) -> None:
    """The version that reads, and what it is worth."""
    st.subheader("The model that reads")
    st.caption("Read right, of the images of writers that it never learned from:")
    found = evaluations_of(version)
    known = [name for name in HEADLINE_SUITES if name in found]
    with st.container(horizontal=True):
        for name in known:
            share = found[name].figures.accuracy.share
            told = "-" if share is None else f"{share:.1%}"
            st.metric(HEADLINE_SUITES[name], told, help=SUITES[name].about, width=SUITE_WIDTH)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{version.name}, made on {wording.day(version.card.created_at)}. "
            f"Its confidence is {version.card.calibration_error:.1%} off on average.",
            width="stretch",
        )
        st.page_link(_file("models"), label="Models", icon=":material/arrow_forward:")


def show_drift() -> None:
    """Whether what comes in is like what came before."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Predictions of the last 7 days: {_drift_verdict()}.", width="stretch")
        st.page_link(_file("data"), label="Data", icon=":material/arrow_forward:", query_params={"look": DRIFT})


@st.cache_data(ttl=LOOKED_AT_AGAIN, max_entries=1, show_spinner=False)
def _drift_verdict() -> str:
    verdict = workspace().exploration.drift(timedelta(days=7), Against.EARLIER).verdict
    return verdict[0].lower() + verdict[1:]


def _file(page: str) -> str:
    return f"app_pages/{page}.py"
