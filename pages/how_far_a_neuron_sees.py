"""How far a neuron sees: which pixels can change one unit, and by how much?"""

import streamlit as st

from pages.ui.controls import notices, picture, stack
from pages.ui.scene.workspaces import STACK_WORKSPACE, question_of
from pages.ui.sections.added_layer import layer_adder
from pages.ui.sections.export import export_buttons
from pages.ui.sections.growth import field_arithmetic
from pages.ui.sections.layer_table import layer_table
from pages.ui.sections.own_model import own_model
from pages.ui.sections.zoo import zoo_chooser, zoo_table
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

scene = open_workspace(STACK_WORKSPACE, "fields").scene

st.title(question_of(scene), anchor=False)
notices.show_link_notices()
stage()
share_bar()
stack.stack_controls()
picture.picture_controls()
st.header("How the field grows, step by step", anchor=False)
field_arithmetic(scene.stack, (scene.size, scene.size), "stack_chart")
st.header("Add one more layer", anchor=False)
layer_adder()
st.header("Networks that others published", anchor=False)
zoo_table()
zoo_chooser()
st.header("Your own model", anchor=False)
own_model()
st.header("Every layer in numbers, to take home", anchor=False)
layer_table()
export_buttons()
