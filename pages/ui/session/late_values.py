"""Detects late values: those that the browser sent before it received the server's last change.

With each message a browser sends the address bar's query and the value of every widget. Right after
the server has changed a link or a widget, a message that was already under way still has the old
ones. To use them would undo the change. An old value may also be meant: with the Back button one
returns to an old link, and in a select box one chooses what was there before.

A revision would tell the two apart, but the browser sends none back with these values: Streamlit's
query string and widget values carry no version. A revision in the widget's key would make a new
widget at each change, which loses the keyboard focus; one in the link would stay in bookmarks and
make every entry of the browser's history another link. So a clock decides. Within SETTLING_SECONDS
after a run has ended, a known old value is late; after that, it is meant. On a busy server
messages wait longer, as everything does: the time grows with that of the last run.
"""

from __future__ import annotations

from math import inf
from time import monotonic

import streamlit as st

SETTLING_SECONDS = 0.7
"""Seconds after the end of a run in which a message may not know yet what the run changed."""

USUAL_RUN_SECONDS, MAX_SLOWNESS = 0.5, 3.0
"""How long a page usually runs, and by how much a slow run extends the time at most."""

REPLACED_LINK_SECONDS = 30.0
"""Seconds for which a replaced link is remembered; runs that wait in a queue may take as long."""

MAX_STALE_VALUES = 16
"""Old values that are remembered of each widget; a slow browser may be several changes behind."""

_RUN_BEGIN, _RUN_END, _SLOWNESS = "run_begin", "last_run_end", "run_slowness"

ReplacedLinks = list[tuple[dict[str, str], float]]
"""Queries of links that were replaced, and when, in seconds of the monotonic clock."""


def note_run_begin() -> None:
    """Note that a run of the whole page begins now."""
    st.session_state[_RUN_BEGIN] = monotonic()


def note_run_end() -> None:
    """Note that a run of the page, or of its stage, ends now."""
    state, now = st.session_state, monotonic()
    state[_RUN_END] = now
    if _RUN_BEGIN in state:
        took = now - float(state.pop(_RUN_BEGIN))
        state[_SLOWNESS] = min(max(took / USUAL_RUN_SECONDS, 1.0), MAX_SLOWNESS)


def is_settling() -> bool:
    """Whether this message may have been sent before the browser got the last run's changes."""
    state = st.session_state
    settling = SETTLING_SECONDS * float(state.get(_SLOWNESS, 1.0))
    return monotonic() - float(state.get(_RUN_END, -inf)) < settling


def with_replaced(links: ReplacedLinks, query: dict[str, str]) -> ReplacedLinks:
    """Return the replaced links with one more, without those that are too old."""
    now = monotonic()
    return [*((link, at) for link, at in links if now - at < REPLACED_LINK_SECONDS), (query, now)]
