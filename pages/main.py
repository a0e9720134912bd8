"""The router: which pages there are, in the order in which one learns."""

from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent.parent / "assets" / "icon.png"

st.set_page_config(page_title="Shift Lab", page_icon=ICON, layout="wide")

st.navigation(
    [
        st.Page(
            "feature_map_shifts.py",
            title="Feature-map shifts",
            icon=":material/open_with:",
            default=True,
        ),
    ],
    position="top",
).run()
