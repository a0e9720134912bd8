"""Home: the idea in one sentence, and a stage to try it on."""

import streamlit as st

from pages.ui.controls import notices
from pages.ui.lessons.home_card import walkthrough_card
from pages.ui.scene.workspaces import STACK_WORKSPACE
from pages.ui.sections import home
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

open_workspace(STACK_WORKSPACE, "maps")

st.title("Convolution follows, pooling forgives, the head decides.", anchor=False)
st.markdown("Drag the pattern. See what a network keeps of where it is, and what it forgets.")
notices.show_link_notices()
stage()
share_bar()
home.three_ideas()
walkthrough_card()
home.all_pages()
