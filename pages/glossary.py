"""Glossary: every term in plain words, with a link to the scene that shows it."""

from urllib.parse import parse_qsl

import streamlit as st

from pages.ui.site import link_to
from pages.ui.text.glossary import terms
from pages.ui.text.prose import prose

st.title("Glossary", anchor="glossary")
st.markdown(
    "Every term in the order in which one meets it. An explanation uses only terms above it."
)
wanted = st.text_input("Find a term", key="wanted", placeholder="stride", width=360)
found = [term for term in terms() if term.mentions(wanted)]
if not found:
    st.markdown("No term is called that, and no explanation speaks of it.")
with st.container(key="glossary"):
    for term in found:
        name, means, link = st.columns([4, 9, 5], vertical_alignment="center")
        with name:
            also = f" :small[or {', '.join(term.also)}]" if term.also else ""
            st.header(term.name + also, anchor=term.anchor)
        with means:
            prose(term.means)
        with link:
            link_to(term.page, dict(parse_qsl(term.query)), label=f"See {term.name}")
