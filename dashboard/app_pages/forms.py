"""Forms: fields are drawn once, then scans are read into a table."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.services import allowed, workspace
from dashboard.views.forms.form_fields import show_fields
from dashboard.views.forms.new_form import add_form
from dashboard.views.forms.scans import show_scans
from hwr_core.app import Permission
from hwr_core.errors import HwrError

NEW = "New form"
CHOSEN, ADDED = "forms_chosen", "forms_added"

st.title("Forms")
may_make = allowed(Permission.MAKE_FORMS)
try:
    forms = {form.name: form for form in workspace().forms.all()}
except HwrError as error:
    show_error_with_retry(error)
    st.stop()
names = [*forms, *([NEW] if may_make else [])]
if not names:
    st.info("There are no forms yet. An analyst or an admin adds them.", icon=":material/dynamic_form:")
    st.stop()
if (added := st.session_state.pop(ADDED, None)) in names:
    st.session_state[CHOSEN] = added  # before the widget is shown: afterwards its value cannot be set
elif st.session_state.get(CHOSEN) not in names:
    st.session_state[CHOSEN] = names[0]
chosen = st.selectbox("Form", names, key=CHOSEN)
if chosen == NEW:
    if form := add_form():
        st.session_state[ADDED] = form.name
        st.rerun()
    st.stop()
show_scans(forms[chosen])
if may_make:
    show_fields(forms[chosen])
