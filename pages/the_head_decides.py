"""The head decides: three heads on the same maps; does it matter where the pattern is?"""

import streamlit as st

from pages.ui import choice_box, heads_controls, heads_sections
from pages.ui.questions import question_of
from pages.ui.rooms import HEADS
from pages.ui.session import enter
from pages.ui.stage import stage
from pages.ui.training_box import train_wanted, training_box

scene = enter(HEADS, "heads").scene

st.title(question_of(scene), anchor=False)
choice_box.link_notices()
with st.container(horizontal=True, vertical_alignment="center"):
    heads_controls.class_switch()
    progress = training_box()
stage(heads_sections.SOFTMAX, heads_sections.FLIPS, last=lambda: train_wanted(progress))
heads_controls.training_controls()
heads_sections.weights_section()
heads_sections.softmax_section()
heads_sections.depth_section()
heads_sections.flips_section()
train_wanted(progress)
