"""The users: add, rename, deactivate, anonymise, delete; and where sign-in is required, their roles and passwords."""

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.services import visitor, workspace
from dashboard.views.users.audit_log import show_audit_log
from dashboard.views.users.edit_user import show_edit_user
from dashboard.views.users.new_user import show_new_user
from dashboard.views.users.sign_in import show_sign_in
from dashboard.views.users.user_table import show_users
from hwr_core.errors import HwrError

st.title("Users")
try:
    users = workspace().users.all()
    show_users(users)
    left, right = st.columns(2, gap="large")
    with left:
        show_edit_user(users)
    with right:
        show_new_user()
        if visitor() is not None:
            show_sign_in(users)
    if visitor() is not None:
        show_audit_log()
except HwrError as error:
    show_error(error)
