"""Glossary: every term in plain words, with a link to the scene that shows it."""

from urllib.parse import parse_qsl

import streamlit as st

from pages.ui.glossary import terms
from pages.ui.prose import prose
from pages.ui.site import link_to

st.title("Glossary", anchor=False)
prose("Each term in plain words, in the order in which one meets them. A term uses only those above it.")
wanted = st.text_input("Find a term", key="wanted", placeholder="for example, stride").strip().lower()
for term in terms():
    if any(wanted in text.lower() for text in (*term.spellings, term.means)):
        st.subheader(term.name, anchor=term.anchor)
        prose(term.means)
        link_to(term.page, dict(parse_qsl(term.query)), "See it")
