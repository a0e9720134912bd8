"""Home: the idea in one sentence, and a stage to touch at once."""

import streamlit as st

from pages.ui import choice_box, front
from pages.ui.rooms import STACK
from pages.ui.session import enter
from pages.ui.stage import stage

enter(STACK, "maps")

st.title("Convolution follows, pooling forgives, the head decides.", anchor=False)
st.markdown("Drag the pattern. See what a network keeps of where it is, and what it forgets.")
choice_box.link_notices()
stage()
front.three_ideas()
front.walkthrough()
front.all_pages()
