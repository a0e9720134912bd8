"""How far a neuron sees: which pixels can change one unit, and by how much?"""

import streamlit as st

from pages.ui import choice_box, layer_controls, picture_controls, stack_controls
from pages.ui.added_layer import layer_adder
from pages.ui.arithmetic import arithmetic
from pages.ui.own_model import own_model
from pages.ui.questions import question_of
from pages.ui.rooms import STACK
from pages.ui.session import enter
from pages.ui.stage import stage
from pages.ui.take_home import take_home
from pages.ui.zoo import zoo_chooser, zoo_table

scene = enter(STACK, "fields").scene

st.title(question_of(scene), anchor=False)
choice_box.link_notices()
stage()
stack_controls.stack_controls()
picture_controls.picture_controls()
st.header("How the field grows, step by step", anchor=False)
arithmetic(scene.stack, (scene.size, scene.size), "stack_chart")
st.header("Add one more layer", anchor=False)
layer_adder()
st.header("Networks that others published", anchor=False)
zoo_table()
zoo_chooser()
st.header("Your own model", anchor=False)
own_model()
st.header("Every layer in numbers, to take home", anchor=False)
layer_controls.layer_table()
take_home()
