"""Moves the keyboard focus when the button that held it has left the page."""

from __future__ import annotations

import streamlit as st

from pages.ui.session.component import component

FOCUS_TARGET = "task_card"
"""The key of the container to which the focus goes when a prediction has its answer in it."""

_land = component("landing", "focus.js", "moveFocus")


def move_focus(place: str, *, answered: bool = False) -> None:
    """Bring the focus to the title of a place that is new, or to the card that is answered now.

    place: names what the page shows. answered: whether the card holds an answer. To be called once
    a run, below title and card.
    """
    with st.container(key="landing_room", height=1, border=False):
        _land(key="landing", data={"place": place, "answered": answered}, height=1)
