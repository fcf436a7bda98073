"""What needs attention, each concern with a link to where it can be dealt with."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard.services import allowed, workspace
from dashboard.views.data.image_grid import DRIFT, VIEW
from dashboard.views.home.changes import show_changes
from dashboard.views.home.pages import script_of
from hwr_core.app import Against, Change, Concern, Matter, Permission

DRIFT_CACHED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Text:
    """How one kind of concern is put: for one, for several, and the link for those who may follow it."""

    one: str
    many: str
    icon: str
    page: str
    link: str
    permission: Permission = Permission.SEE_ALL


TEXTS = {
    Matter.DISK_FULL: _Text(
        "The disk is almost full.",
        "Only {count:,} MB of disk space are left.",
        "hard_drive",
        "settings",
        "Free up space",
        Permission.MAINTAIN,
    ),
    Matter.JOB_FAILED: _Text(
        "A job failed in the last 7 days.", "{count:,} jobs failed in the last 7 days.", "error", "training", "See why"
    ),
    Matter.TO_REVIEW: _Text(
        "One unsure prediction from the last 7 days has no label.",
        "{count:,} unsure predictions from the last 7 days have no label.",
        "rate_review",
        "review",
        "Review",
    ),
    Matter.CHALLENGER: _Text(
        "A new model version is waiting to be compared with the current one.",
        "New model versions are waiting to be compared with the current one.",
        "deployed_code_update",
        "models",
        "Compare",
    ),
    Matter.EXPERIMENT_OVER: _Text(
        "An experiment has come to an end.",
        "{count:,} experiments have come to an end.",
        "science",
        "experiments",
        "See",
    ),
    Matter.JOB_RUNNING: _Text(
        "A job is running.", "{count:,} jobs are running.", "progress_activity", "training", "Watch"
    ),
}
"""In the order of the overview; every matter has its text."""


def show_attention(changes: tuple[Change, ...], concerns: tuple[Concern, ...]) -> None:
    """What has become worse, and what else needs attention, each with its link."""
    st.subheader("Needs attention")
    if not changes and not concerns:
        st.caption("Nothing at the moment.")
    show_changes(changes)
    _show_concerns(concerns)


def _show_concerns(concerns: tuple[Concern, ...]) -> None:
    for concern in concerns:
        text = TEXTS[concern.matter]
        words = text.one if concern.count == 1 else text.many.format(count=concern.count)
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/{text.icon}: {words}", width="stretch")
            if allowed(text.permission):
                st.page_link(script_of(text.page), label=text.link, icon=":material/arrow_forward:")


def show_drift() -> None:
    """Whether recent predictions are like earlier ones."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Predictions from the last 7 days: {_drift_verdict()}.", width="stretch")
        st.page_link(script_of("data"), label="Data", icon=":material/arrow_forward:", query_params={VIEW: DRIFT})


@st.cache_data(ttl=DRIFT_CACHED, max_entries=1, show_spinner=False)
def _drift_verdict() -> str:
    verdict = workspace().exploration.drift(timedelta(days=7), Against.EARLIER).verdict
    return verdict[0].lower() + verdict[1:]
