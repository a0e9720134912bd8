"""Convolution follows: does the answer move as the pattern does?"""

import streamlit as st

from pages.ui import controls
from pages.ui.rooms import CONVOLUTION
from pages.ui.session import enter
from pages.ui.stage import stage

enter(CONVOLUTION, "window", "roads", "sharing")

st.title("Does the answer move as the pattern does?", anchor=False)
controls.link_notices()
stage()
