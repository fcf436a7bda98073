"""The Streamlit front end: pages, their views and shared components. All behaviour lies in hwr_core."""
