"""The Streamlit front room: pages that draw, upload and look back. All behaviour lies in hwr_core."""
