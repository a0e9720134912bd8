"""The router: which pages there are, in the order in which one learns."""

from pathlib import Path

import streamlit as st

from pages.ui.session import rested
from pages.ui.site import HOME, sections

ASSETS = Path(__file__).parent.parent / "assets"

st.set_page_config(page_title="Shift Lab", page_icon=ASSETS / "icon.png", layout="wide")
st.html(ASSETS / "prose.css")

st.navigation(
    {
        section: [
            st.Page(
                entry.file,
                title=entry.title,
                icon=entry.icon,
                help=entry.line,
                default=entry.path == HOME,
            )
            for entry in entries
        ]
        for section, entries in sections()
    },
    position="top",
).run()

rested()
