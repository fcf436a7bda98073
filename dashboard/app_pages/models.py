"""The model versions: what they are worth, which one reads, and the way there and back."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.services import allowed, workspace
from dashboard.views.models.comparison import show_comparison
from dashboard.views.models.versions import choose_version, confirm_roll_back, headline, show_log, show_version
from hwr_core.auth.permissions import Permission
from hwr_core.errors import HwrError

st.title("Models")
try:
    modelling = workspace().modelling
    versions, aliases = modelling.registry.versions(), modelling.aliases()
    if not versions:
        st.info("There is no model version yet.", icon=":material/deployed_code:")
        st.page_link("app_pages/training.py", label="Train one", icon=":material/model_training:")
        st.stop()
    champions = [version for version in versions if "champion" in aliases.get(version.name, [])]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(headline(champions[0]) if champions else "No version has been chosen to read.", width="stretch")
        if allowed(Permission.PROMOTE) and st.button("Roll back", icon=":material/undo:", key="models_roll_back"):
            confirm_roll_back()
    chosen = choose_version(versions, aliases)
    if chosen is None and (asked := st.query_params.get("version")):
        chosen = modelling.registry.get(asked)
    chosen = chosen or (champions or versions)[0]
    show_version(chosen, aliases)
    show_comparison(chosen, [version for version in versions if version.name != chosen.name])
    show_log(modelling.promotions.log())
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
