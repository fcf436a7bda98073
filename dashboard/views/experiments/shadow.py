"""The shadow: a version that reads silently beside the one that answers."""

import streamlit as st

from dashboard.components.links import link_to_prediction
from dashboard.components.messages import do_and_rerun
from dashboard.components.user_switch import user_id
from dashboard.components.wording import counted, digit_symbol
from dashboard.services import allowed, workspace
from hwr_core.app import Permission, ShadowReport


def show_shadow() -> None:
    """Which version shadows and what it has read, or a choice of one."""
    st.subheader("Shadow")
    report = workspace().shadow.report()
    if report is None:
        st.caption("A shadow reads what is stored silently, beside the version that answers. Nobody sees its answers.")
        if allowed(Permission.PROMOTE):
            _choose()
        return
    _show(report)
    if allowed(Permission.PROMOTE) and st.button("End the shadow", icon=":material/stop:", key="shadow_end"):
        do_and_rerun(workspace().shadow.clear)


def _choose() -> None:
    registry = workspace().modelling.registry
    served = registry.champion_name()
    others = [version.name for version in registry.versions() if version.name != served and not version.is_retired]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        version = st.selectbox("Version", others, key="shadow_version")
        share = st.slider("Of all predictions", 1, 100, 100, format="%d%%", key="shadow_share")
        if st.button("Start the shadow", icon=":material/visibility:", key="shadow_start"):
            do_and_rerun(lambda: workspace().shadow.set(version, share / 100, user_id=user_id()))


def _show(report: ShadowReport) -> None:
    setting = report.setting
    dropped = f" {counted(setting.dropped, 'image')} had to be left out." if setting.dropped else ""
    agree = f" Both versions agree on {report.agree / report.read:.1%}." if report.read else ""
    st.markdown(
        f"**{setting.version}** reads {setting.share:.0%} of the predictions, {counted(report.read, 'image')} so far."
        f"{agree}{dropped}"
    )
    sides = {"Answered": report.answered, setting.version: report.shadow}
    st.dataframe(
        {
            "Version": [*sides],
            "Accuracy": [side.accuracy.share for side in sides.values()],
            "Labelled": [side.accuracy.total for side in sides.values()],
            "Refused": [side.refused for side in sides.values()],
            "Confidence": [side.confidence for side in sides.values()],
            "Time, ms": [1000 * side.seconds for side in sides.values()],
        },
        hide_index=True,
        placeholder="–",
        key="shadow_sides",
        alt="What was answered, and what the shadow says",
        column_config={
            "Accuracy": st.column_config.NumberColumn(format="percent"),
            "Confidence": st.column_config.NumberColumn(format="percent"),
            "Time, ms": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    if report.differing:
        with st.expander("Where they differ", icon=":material/difference:"):
            for each in report.differing:
                with st.container(horizontal=True):
                    link_to_prediction(each.prediction_id)
                    label = f", labelled {digit_symbol(each.actual)}" if each.is_labelled else ""
                    st.markdown(
                        f"answered {digit_symbol(each.answered)}, shadow {digit_symbol(each.shadow)}{label}",
                        width="content",
                    )
