"""The entry of the dashboard: its pages and nothing else."""

from pathlib import Path

import streamlit as st

from dashboard.person import choose_person

# A file of ours: a Material icon would be fetched from the internet for each visitor.
st.set_page_config(page_title="hwr", page_icon=str(Path(__file__).with_name("icon.svg")), layout="centered")
page = st.navigation(
    {
        "": [st.Page("app_pages/home.py", title="Home", icon=":material/home:", default=True)],
        "Read": [
            st.Page("app_pages/draw.py", title="Draw", icon=":material/draw:"),
            st.Page("app_pages/upload.py", title="Upload", icon=":material/upload_file:"),
        ],
        "Look back": [
            st.Page("app_pages/history.py", title="History", icon=":material/history:"),
            st.Page("app_pages/analytics.py", title="Analytics", icon=":material/insights:"),
            st.Page("app_pages/data.py", title="Data", icon=":material/grid_view:"),
        ],
        "Improve": [
            st.Page("app_pages/review.py", title="Review", icon=":material/rate_review:"),
            st.Page("app_pages/training.py", title="Training", icon=":material/model_training:"),
            st.Page("app_pages/models.py", title="Models", icon=":material/deployed_code:"),
        ],
        "Manage": [
            st.Page("app_pages/people.py", title="People", icon=":material/group:"),
            st.Page("app_pages/settings.py", title="Settings", icon=":material/settings:"),
        ],
    }
)
choose_person()
page.run()
