"""Feature-map shifts: does the map move when the pattern moves?"""

import streamlit as st

from pages.ui.controls import layers, notices, picture, stack
from pages.ui.scene.workspaces import STACK_WORKSPACE, question_of
from pages.ui.sections.layer_table import layer_table
from pages.ui.sections.shift_errors import SHIFT_CHART_FRAGMENT, shift_chart
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

scene = open_workspace(STACK_WORKSPACE, "maps").scene

st.title(question_of(scene), anchor=False)
notices.show_link_notices()
stage(SHIFT_CHART_FRAGMENT)
share_bar()
picture.picture_controls()
stack.stack_controls()
build, kernels, photo = st.tabs(["Edit the layers", "Kernels", "Your own photo"])
with build:
    layers.layer_editor()
with kernels:
    stack.kernel_controls()
with photo:
    picture.photo_control()
st.header("How far is each layer off?", anchor=False)
shift_chart()
st.header("Every layer in numbers", anchor=False)
layer_table()
