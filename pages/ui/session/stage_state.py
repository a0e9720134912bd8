"""The values that the stage in the browser has sent, from Streamlit's session state."""

from __future__ import annotations

import streamlit as st

STAGE_KEY = "stage"
"""The key of the stage component."""

CHARTS_WAITING = "charts_wait"
"""Session key: whether charts of the page wait until one of them is scrolled near the window."""


def stage_state(name: str) -> object:
    """Return one value that the stage has sent, or None.

    name: "message" for the last stage message, "charts" for whether a chart is near the window,
    "marks" for the cells that are marked for a lesson's task. The browser can send anything:
    validate it.
    """
    return (st.session_state.get(STAGE_KEY) or {}).get(name)
