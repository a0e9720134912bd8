"""Feature-map shifts: does the map move when the pattern moves?"""

import streamlit as st

from pages.ui import choice_box, layer_controls, picture_controls, stack_controls
from pages.ui.questions import question_of
from pages.ui.rooms import STACK
from pages.ui.session import enter
from pages.ui.shift_chart import CHARTS, shift_chart
from pages.ui.stage import stage

scene = enter(STACK, "maps").scene

st.title(question_of(scene), anchor=False)
choice_box.link_notices()
stage(CHARTS)
picture_controls.picture_controls()
stack_controls.stack_controls()
build, kernels, photo = st.tabs(["Edit the layers", "Kernels", "Your own photo"])
with build:
    layer_controls.layer_editor()
with kernels:
    stack_controls.kernel_controls()
with photo:
    picture_controls.photo_control()
st.header("How far is each layer off?", anchor=False)
shift_chart()
st.header("Every layer in numbers", anchor=False)
layer_controls.layer_table()
