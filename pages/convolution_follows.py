"""Convolution follows: does the answer move as the pattern does?"""

import streamlit as st

from pages.ui.controls import convolution, notices, picture
from pages.ui.scene.lenses import lenses_on
from pages.ui.scene.workspaces import CONVOLUTION_WORKSPACE, question_of
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

here = open_workspace(CONVOLUTION_WORKSPACE, *lenses_on("convolution_follows"))

st.title(question_of(here.scene), anchor=False)
notices.show_link_notices()
convolution.lens_switch()
stage()
share_bar()
convolution.convolution_controls()
picture.picture_controls()
