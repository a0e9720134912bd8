"""Short texts that the learner's browser stores across reloads and restarts of the server.

Nothing is stored on the server. The browser can send anything: validate what it returns.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.session.component import component

MAX_STORED_CHARACTERS = 20_000
"""The most characters of one text; longer ones from a browser are truncated."""

_memory = component("memory", "browser-storage.js", "syncStorage")


def stored_text(name: str) -> str | None:
    """Return the text that the browser stores under a name, or ""; None until it has sent it."""
    stored = (st.session_state.get(_key(name)) or {}).get("stored")
    return stored[:MAX_STORED_CHARACTERS] if isinstance(stored, str) else None


def is_refused(name: str) -> bool:
    """Whether the browser did not store the last text: its storage is full or switched off."""
    return bool((st.session_state.get(_key(name)) or {}).get("refused"))


def store_text(name: str, text: str | None) -> None:
    """Let the browser store a text under a name; call it once per run, at the end of the page.

    text: None to request the stored text without a change; the page then runs once more.
    """
    with st.container(key=f"{_key(name)}_container", height=1, border=False):
        _memory(
            key=_key(name),
            data={"name": f"shift-lab-{name}", "text": text},
            on_stored_change=lambda: None,
            on_refused_change=lambda: None,
            height=1,
        )


def _key(name: str) -> str:
    return f"memory_{name}"
