"""The entry of the dashboard: its pages and nothing else."""

from pathlib import Path

import streamlit as st

from dashboard.components.messages import show_toasts
from dashboard.components.user_switch import confirm_sign_in, show_user
from dashboard.navigation import pages

# A file of ours: a Material icon would be fetched from the internet for each visitor.
st.set_page_config(page_title="hwr", page_icon=str(Path(__file__).with_name("icon.svg")), layout="centered")
confirm_sign_in()
page = st.navigation(pages(), expanded=True)
show_user()
show_toasts()
page.run()
show_toasts()
