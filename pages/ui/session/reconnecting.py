"""A whole run of the page at each reconnect."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

_NEVER = timedelta(days=20)  # about as long as a browser can wait: 2**31 ms


@st.fragment(run_every=_NEVER)
def run_after_reconnect() -> None:
    """Let the browser ask for the whole page whenever it is connected again.

    After a restart of the server, or a long sleep, the browser has a new session, which knows
    nothing of the page. Streamlit asks for it only if a run was under way, if the last one was that
    of a fragment, or if a fragment runs again and again; without one, an untouched page stays dead.
    """
