"""What stands right under every stage: the scene to hand out, and to save as a moving picture."""

from __future__ import annotations

import streamlit as st

from pages.ui.share.gif_dialog import sweep_button
from pages.ui.share.hand_out import hand_out_button


@st.fragment
def save_and_share() -> None:
    """Show the buttons that hand the scene out and make a GIF of it, in one row."""
    with st.container(horizontal=True, horizontal_alignment="right", key="save_and_share"):
        hand_out_button()
        sweep_button()
