"""How far a neuron sees: which pixels can change one unit, and by how much?"""

import streamlit as st

from pages.ui import controls
from pages.ui.rooms import STACK
from pages.ui.session import enter
from pages.ui.stage import stage

enter(STACK, "fields")

st.title("How far does one neuron see?", anchor=False)
controls.link_notices()
stage()
