"""Home: the idea in one sentence, and a stage to touch at once."""

import streamlit as st

from pages.ui import controls
from pages.ui.rooms import STACK
from pages.ui.session import enter
from pages.ui.stage import stage

enter(STACK, "maps")

st.title("Convolution follows, pooling forgives, the head decides.", anchor=False)
controls.link_notices()
stage()
