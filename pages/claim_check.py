"""Claim check: popular claims about these networks, tested while the page is open."""

import streamlit as st

from pages.ui.sections.claims import claim_cards, claim_sources

st.title("What is often said, and what holds", anchor=False)
st.markdown(
    "Each verdict comes from an experiment that this app carries out on small networks. "
    "A claim holds when it held in every case that was tried out."
)
claim_cards()
claim_sources()
