"""What the learner's browser keeps across reloads, and restarts of the server: short texts by name.

Nothing is kept on the server. What comes back may have been written by anyone: read it with care.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.session.component import component

MAX_KEPT_CHARACTERS = 20_000
"""Characters of one text; a browser that sends more is not believed."""

_memory = component("memory", "browser-storage.js", "syncStorage")


def kept_text(name: str) -> str | None:
    """Return what the browser keeps under a name: None until it has told, "" when it is nothing."""
    kept = (st.session_state.get(_key(name)) or {}).get("kept")
    return kept[:MAX_KEPT_CHARACTERS] if isinstance(kept, str) else None


def keep_text(name: str, text: str | None) -> None:
    """Let the browser keep a text under a name; to be called once a run, where nothing follows.

    text: None to leave what is kept, and only ask for it; the page then runs once more.
    """
    with st.container(key=f"{_key(name)}_room", height=1, border=False):
        _memory(
            key=_key(name),
            data={"name": f"shift-lab-{name}", "text": text},
            on_kept_change=lambda: None,
            height=1,
        )


def _key(name: str) -> str:
    return f"memory_{name}"
