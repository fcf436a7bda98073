"""The fields of a form, and the button that deletes it."""

import streamlit as st

from dashboard.components.messages import leave_toast, show_error
from dashboard.services import workspace
from hwr_core.app import Form
from hwr_core.errors import HwrError


def show_fields(form: Form) -> None:
    """Show what is read of a form, and let the user delete it."""
    with st.expander("Fields of this form", icon=":material/dynamic_form:"):
        st.dataframe(
            {
                "Field": [each.name for each in form.fields],
                "Pattern": [each.pattern or "" for each in form.fields],
            },
            hide_index=True,
            alt="The fields of the form",
        )
        with st.popover("Delete this form", icon=":material/delete:"):
            st.markdown("Numbers that were read with it stay in the history.")
            if st.button("Delete it", type="primary", key="forms_delete"):
                try:
                    workspace().forms.delete(form.id)
                except HwrError as error:
                    show_error(error)
                else:
                    leave_toast(f"Form deleted: {form.name}.")
                    st.rerun()
