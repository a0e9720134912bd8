"""Moves the keyboard focus when the button that held it has left the page."""

from __future__ import annotations

import streamlit as st

from pages.ui.session.component import component

FOCUS_TARGET = "task_card"
"""The key of the container that gets the focus when it shows the answer to a prediction."""

_land = component("landing", "focus.js", "moveFocus")


def move_focus(place: str, *, answered: bool = False) -> None:
    """Move the focus to the title after a change of place, or to the card once it is answered.

    place: identifies what the page shows. answered: whether the card shows an answer. Call it once
    per run, after the title and the card.
    """
    with st.container(key="focus_script", height=1, border=False):
        _land(key="landing", data={"place": place, "answered": answered}, height=1)
