"""The bar below a page's stage: hand out the scene, or save it as a GIF."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui.session.presenting import end_page_if_presenting, page_bar
from pages.ui.share.gif_dialog import gif_button
from pages.ui.share.hand_out import hand_out_button


def share_bar(last: Callable[[], None] = lambda: None) -> None:
    """Show the bar below the stage; in presenting mode, show the page's bar and end the page here.

    last: called at the end in presenting mode; may take seconds.
    """
    end_page_if_presenting(lambda: page_bar(hand_out_button), last)
    _share_buttons()


@st.fragment
def _share_buttons() -> None:
    with st.container(horizontal=True, horizontal_alignment="right", key="save_and_share"):
        hand_out_button()
        gif_button()
