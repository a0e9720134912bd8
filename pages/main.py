"""The router: which pages there are, in the order in which one learns."""

from pathlib import Path

import streamlit as st

from pages.ui.presenting import NOTES, begin, page_bar, presenting
from pages.ui.session import rested, visit

ICON = Path(__file__).parent.parent / "assets" / "icon.png"

st.set_page_config(page_title="Shift Lab", page_icon=ICON, layout="wide")

pages = [
    st.Page("home.py", title="Shift Lab", icon=":material/home:", default=True),
    st.Page("feature_map_shifts.py", title="Feature-map shifts", icon=":material/open_with:"),
    st.Page("pooling_forgives.py", title="Pooling forgives", icon=":material/grid_on:"),
    st.Page("convolution_follows.py", title="Convolution follows", icon=":material/select_all:"),
    st.Page(
        "how_far_a_neuron_sees.py",
        title="How far a neuron sees",
        icon=":material/center_focus_weak:",
    ),
    st.Page("the_head_decides.py", title="The head decides", icon=":material/account_tree:"),
    st.Page("parts_and_places.py", title="Parts and places", icon=":material/face:"),
    st.Page("present.py", title="Present", icon=":material/slideshow:"),
]
bare = presenting() or NOTES in st.query_params
page = st.navigation(pages, position="hidden" if bare else "top")
begin(page, pages)
visit(page.url_path)
page.run()
if presenting():
    page_bar()
rested()
