"""The head decides: three heads on the same maps; does it matter where the pattern is?"""

import streamlit as st

from pages.ui.controls import notices
from pages.ui.controls.heads import class_switch, training_controls
from pages.ui.controls.heads_training import train_wanted, training_box
from pages.ui.scene.workspaces import HEADS_WORKSPACE, question_of
from pages.ui.sections.heads import (
    FLIPS_FRAGMENT,
    SOFTMAX_FRAGMENT,
    depth_section,
    flips_section,
    softmax_section,
    weights_section,
)
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

scene = open_workspace(HEADS_WORKSPACE, "heads").scene

st.title(question_of(scene), anchor=False)
notices.show_link_notices()
with st.container(horizontal=True, vertical_alignment="center"):
    class_switch()
    progress = training_box()
stage(SOFTMAX_FRAGMENT, FLIPS_FRAGMENT)
share_bar(last=lambda: train_wanted(progress))
training_controls()
weights_section()
softmax_section()
depth_section()
flips_section()
train_wanted(progress)
