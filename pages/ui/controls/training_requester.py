"""Who asks for a training: the browser and the tab of the script that runs."""

from __future__ import annotations

import streamlit as st

from pages.ui.server.open_tabs import KEY, is_open
from pages.ui.server.session_owners import COOKIE, browser_of
from pages.ui.training.faces import NOBODY, Requester


def training_requester() -> Requester:
    """Return who asks for a training.

    All browsers without Streamlit's cookie count as one: they take turns among themselves.
    """
    key = st.context.headers.get(KEY)
    if key is None:  # a test without a browser
        return NOBODY
    browser = browser_of(st.context.cookies.get(COOKIE, ""))
    client = "" if browser is None else browser.hex()
    return Requester(session=key, client=client, is_connected=lambda: is_open(key))


def end_if_interrupted() -> None:
    """End the script if its tab is closed, or asks for another run; cheap, without a message.

    Streamlit checks this whenever a script reads the state of its session.
    """
    _ = "nothing" in st.session_state


def place_text(before: int) -> str:
    """Say how many trainings come before one that waits; 0 while the same one runs elsewhere.

    >>> place_text(3)
    '3 trainings come before yours.'
    """
    if before == 0:
        return "These settings are being trained for somebody else. You get the result too."
    if before == 1:
        return "Another training is running. Yours is next."
    return f"{before} trainings come before yours."
