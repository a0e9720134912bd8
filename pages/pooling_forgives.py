"""Pooling forgives: what does a pool notice of a small move?"""

import streamlit as st

from pages.ui import choice_box, pool_controls
from pages.ui.questions import question_of
from pages.ui.rooms import POOL
from pages.ui.session import enter
from pages.ui.stage import stage

scene = enter(POOL, "pool").scene

st.title(question_of(scene), anchor=False)
choice_box.link_notices()
stage()
pool_controls.pool_controls()
steps, classic = st.columns(2, gap="large")
with steps:
    pool_controls.peak_section()
with classic:
    pool_controls.classic_section()
