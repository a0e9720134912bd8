"""Parts and places: how much may pooling forget before a scrambled face is a face?"""

import streamlit as st

from pages.ui import choice_box
from pages.ui.parts_chart import parts_chart
from pages.ui.parts_controls import parts_controls
from pages.ui.parts_training import training_line
from pages.ui.questions import question_of
from pages.ui.rooms import PARTS
from pages.ui.session import enter
from pages.ui.stage import stage

scene = enter(PARTS, "parts").scene

st.title(question_of(scene), anchor=False)
choice_box.link_notices()
training_line()
stage()
parts_controls()
st.header("Telling them apart, and bearing a move", anchor=False)
parts_chart()
