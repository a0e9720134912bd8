"""Claim check: what is often said of these networks, each put to the test as the page opens."""

import streamlit as st

from pages.ui.claim_cards import claim_cards, claim_sources

st.title("What is often said, and what holds", anchor=False)
st.markdown(
    "Every verdict here comes from an experiment that runs on small networks as this page opens. "
    "A claim **holds** when it held in all cases tried out."
)
claim_cards()
claim_sources()
