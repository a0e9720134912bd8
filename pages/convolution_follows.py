"""Convolution follows: does the answer move as the pattern does?"""

import streamlit as st

from pages.ui import choice_box, convolution_controls, picture_controls
from pages.ui.questions import question_of
from pages.ui.rooms import CONVOLUTION
from pages.ui.session import enter
from pages.ui.stage import stage

here = enter(CONVOLUTION, "window", "roads", "sharing")

st.title(question_of(here.scene), anchor=False)
choice_box.link_notices()
convolution_controls.lens_switch()
stage()
convolution_controls.convolution_controls()
picture_controls.picture_controls()
