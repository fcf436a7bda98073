"""The way to the page for phones, with its address to type there."""

from urllib.parse import urlsplit

import streamlit as st


def show_phone_link() -> None:
    """Show the address of the page that reads on a phone."""
    here = urlsplit(st.context.url or "")
    address = f"{here.scheme}://{here.netloc}/m" if here.netloc else "/m"
    st.caption(f"On a phone, also without a network: [{address}]({address})")
