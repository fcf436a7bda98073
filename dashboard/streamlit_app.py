"""The entry of the dashboard: its pages and nothing else."""

from pathlib import Path

import streamlit as st

from dashboard.components.history_link import follow_link
from dashboard.components.keyboard.own_keys import look_up_keys_again
from dashboard.components.messages import show_toasts
from dashboard.components.user_switch import confirm_sign_in, show_user
from dashboard.navigation import layout_of, pages
from dashboard.services import timed

FOLDER = Path(__file__).parent
ICON = str(FOLDER / "icon.svg")

# A file of ours: a Material icon would be fetched from the internet for each visitor.
st.set_page_config(page_title="hwr", page_icon=ICON)
st.html(FOLDER / "style.css")
st.logo(str(FOLDER / "logo.svg"), icon_image=ICON, size="large")
confirm_sign_in()
page = st.navigation(pages(), expanded=True)
st.set_page_config(layout=layout_of(page.url_path))
show_user()
look_up_keys_again()
follow_link()
show_toasts()
with timed(page.title):
    page.run()
show_toasts()
