"""The heavy work of a session: in its turn, and with pauses while others drag."""

from __future__ import annotations

from contextlib import AbstractContextManager

import streamlit as st

from pages.ui.server.heavy_work import HEAVY, Share, paced

_SHARE = "share_of_the_process"


def heavy() -> AbstractContextManager[None]:
    """Return a block that computes while no other thread does; no element may be shown in it."""
    return HEAVY.turn(_own_share())


def paced_run() -> AbstractContextManager[None]:
    """Return a block that begins after the pause that the session has for its last one.

    A session has none unless it asks again at once while the event loop is busy.
    """
    return paced(_own_share())


def _own_share() -> Share:
    if _SHARE not in st.session_state:
        st.session_state[_SHARE] = Share()
    found: Share = st.session_state[_SHARE]
    return found
