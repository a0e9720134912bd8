"""Pooling forgives: what does a pool notice of a small move?"""

import streamlit as st

from pages.ui.controls import notices, pool
from pages.ui.scene.workspaces import POOL_WORKSPACE, question_of
from pages.ui.sections import pooling
from pages.ui.session.tab_state import open_workspace
from pages.ui.share.share_bar import share_bar
from pages.ui.stage.stage import stage

scene = open_workspace(POOL_WORKSPACE, "pool").scene

st.title(question_of(scene), anchor=False)
notices.show_link_notices()
stage()
share_bar()
pool.pool_controls()
steps, classic = st.columns(2, gap="large")
with steps:
    pooling.peak_section()
with classic:
    pooling.classic_section()
