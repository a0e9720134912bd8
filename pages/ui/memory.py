"""What the learner's browser keeps across reloads, and restarts of the server: short texts by name.

Nothing is kept on the server. What comes back may have been written by anyone: read it with care.
"""

from __future__ import annotations

import streamlit as st

from pages.ui.address import BASE

MOST = 20_000
"""Characters of one text; a browser that sends more is not believed."""

_LOADER = """
const memory = import(new URL("{path}", location.origin).href);
export default (component) => {{
  const shown = memory.then((module) => module.keep(component));
  return () => shown.then((leave) => leave());
}};
"""

_memory = st.components.v2.component(
    "shift_lab_memory", js=_LOADER.format(path=f"{BASE}/assets/memory.js")
)


def kept_text(name: str, text: str | None) -> str | None:
    """Let the browser keep a text under a name, and return what it keeps there.

    text: to keep from now on; None to leave what is kept. Returns None until the browser has told,
    which makes the page run once more; "" when it keeps nothing. To be called once a run at most.
    """
    key = f"memory_{name}"
    with st.container(key=f"{key}_room", height=1, border=False):
        _memory(
            key=key,
            data={"name": f"shift-lab-{name}", "text": text},
            on_kept_change=lambda: None,
            height=1,
        )
    kept = (st.session_state.get(key) or {}).get("kept")
    return kept[:MOST] if isinstance(kept, str) else None
