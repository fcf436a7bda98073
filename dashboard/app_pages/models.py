"""The model versions: how accurate they are, which one is being served, and promoting one or rolling back."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.services import allowed, workspace
from dashboard.views.models.acceptance import show_acceptance
from dashboard.views.models.comparison import show_comparison
from dashboard.views.models.figures import show_figures
from dashboard.views.models.promotion import confirm_roll_back, show_log
from dashboard.views.models.version_detail import headline, show_files, show_version
from dashboard.views.models.version_table import choose_version
from hwr_core.app import Permission
from hwr_core.errors import HwrError

st.title("Models")
try:
    modelling = workspace().modelling
    versions, aliases = modelling.registry.versions(), modelling.aliases()
    if not versions:
        st.info("There are no model versions yet.", icon=":material/deployed_code:")
        st.page_link("app_pages/training.py", label="Train a model", icon=":material/model_training:")
        st.stop()
    champions = [version for version in versions if "champion" in aliases.get(version.name, [])]
    st.markdown(headline(champions[0]) if champions else "No version is being served.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if allowed(Permission.PROMOTE) and st.button("Roll back", icon=":material/undo:", key="models_roll_back"):
            confirm_roll_back()
        st.page_link("app_pages/experiments.py", label="Experiments", icon=":material/science:")
    selected = choose_version(versions, aliases)
    if selected is None and (asked := st.query_params.get("version")):
        selected = modelling.registry.get(asked)
    shown = selected or (champions or versions)[0]
    show_version(shown, aliases)
    views: dict[str, Callable[[], None]] = {
        "Evaluation": lambda: show_figures(shown),
        "Comparison": lambda: show_comparison(shown, [each for each in versions if each.name != shown.name]),
        "Numbers": lambda: show_acceptance(shown),
        "Card and files": lambda: show_files(shown),
        "Log": lambda: show_log(modelling.promotions.log()),
    }
    # Only what is looked at is made: to compare two versions takes as long as all the rest of the page.
    for tab, show in zip(st.tabs([*views], key="models_tab", on_change="rerun"), views.values(), strict=True):
        if tab.open:
            with tab:
                show()
except HwrError as error:
    show_error_with_retry(error)
