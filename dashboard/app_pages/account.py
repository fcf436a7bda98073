"""The visitor's own account: the password, API keys for programs, and the keys of the pages."""

import streamlit as st

from dashboard.components.messages import literal, show_error
from dashboard.services import visitor
from dashboard.views.account.api_keys import show_api_keys
from dashboard.views.account.password import show_password_form
from dashboard.views.settings.own_keys import show_own_keys
from dashboard.views.settings.own_script import show_own_script
from dashboard.views.users.roles import role_in_words
from hwr_core.errors import HwrError

st.title("Account")
try:
    who = visitor()
    if who is None:
        st.info("Sign-in is not required here.", icon=":material/lock_open:")
        st.stop()
    st.markdown(f"You are signed in as **{literal(who.username)}**. {role_in_words(who.role)}.")
    left, right = st.columns(2, gap="large")
    with left:
        show_password_form()
    with right:
        show_api_keys(who.user_id)
    show_own_script()
    show_own_keys()
except HwrError as error:
    show_error(error)
