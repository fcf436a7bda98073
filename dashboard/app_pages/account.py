"""One's own account: the password, and API keys for programs."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.services import visitor
from dashboard.views.users.access import role_in_words, show_keys, show_password_form
from hwr_core.errors import HwrError

st.title("Account")
try:
    who = visitor()
    if who is None:
        st.info("Nobody has to sign in here.", icon=":material/lock_open:")
        st.stop()
    st.markdown(f"You are signed in as **{who.username}**. {role_in_words(who.role)}.")
    left, right = st.columns(2, gap="large")
    with left:
        show_password_form()
    with right:
        show_keys(who.user_id)
except HwrError as error:
    show_error(error)
