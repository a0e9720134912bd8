"""Parts and places: how much may pooling forget before a scrambled face is a face?"""

import streamlit as st

from pages.ui.controls import notices
from pages.ui.controls.parts import parts_controls
from pages.ui.controls.parts_training import training_line
from pages.ui.scene.workspaces import PARTS_WORKSPACE, question_of
from pages.ui.sections.parts import parts_chart
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

scene = open_workspace(PARTS_WORKSPACE, "parts").scene

st.title(question_of(scene), anchor=False)
notices.show_link_notices()
training_line()
stage()
share_bar()
parts_controls()
st.header("Telling them apart, and bearing a move", anchor=False)
parts_chart()
