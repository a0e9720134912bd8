"""Presenting mode, `?present=1`: any page on a projector, with large type and a slim bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.session.late_values import note_run_end

PRESENT = "present"
"""The query parameter of the mode; also the path of the page that prepares presentations."""

ON = {PRESENT: "1"}
"""The query of a link to any page in presenting mode."""

NOTES = "notes"
"""The query parameter of the window with the speaker's notes."""

_STYLE = Path(__file__).parents[3] / "assets" / "presenting.css"
_BUTTON_STYLE = """
<style>
/* In the page's own header, where it takes no space from the stage. */
.st-key-present { position: fixed; top: 0.775rem; right: 1rem; width: auto; z-index: 999991; }
.st-key-present button { min-height: 2.2rem; padding: 0.1rem 0.7rem; }
[data-testid="stHeader"] { padding-right: 8rem; }
@media (max-width: 640px) { .st-key-present button p { font-size: 0.85rem; } }
</style>
"""
_PATHS, _HERE, _WANTED, _ENDED = "page_paths", "page_here", "page_wanted", "run_ended"


def presenting() -> bool:
    """Whether the page is in presenting mode."""
    return bool(st.query_params.get(PRESENT) == ON[PRESENT])


def begin(here: Any, pages: Sequence[Any]) -> None:
    """Apply presenting mode to the page that is about to run, if its link asks for it.

    here: that page. pages: all, in learning order. Goes to the page of an earlier `go_to` first.
    """
    state = st.session_state
    if _WANTED in state:
        path, query = state.pop(_WANTED)
        st.switch_page(next(page for page in pages if page.url_path == path), query_params=query)
    state[_PATHS] = [page.url_path for page in pages if page.url_path != PRESENT]
    state[_HERE] = here.url_path
    if presenting():
        st.html(_STYLE)
    elif here.url_path != PRESENT:
        present_button()


def present_button() -> None:
    """Show the button that starts presenting mode, in the page's header."""
    st.html(_BUTTON_STYLE)
    st.button(
        "Present",
        key="present",
        icon=":material/slideshow:",
        on_click=st.query_params.update,
        args=(ON,),
        help="Large type and nothing but the stage. PageDown and PageUp turn the pages, Escape "
        "leaves.",
    )


def go_to(path: str, query: dict[str, str]) -> None:
    """Switch to another page in the next run; path: without slashes."""
    st.session_state[_WANTED] = (path, query)


def turning_bar(
    place: int,
    count: int,
    turn: Callable[[int], None],
    leave: Callable[[], None] | None,
    more: Callable[[], None] = lambda: None,
) -> None:
    """Show the slim bar: previous, next, position, further buttons, leave.

    place: index of what is shown. count: of indices. turn: called with a valid index to turn to.
    more: shows further buttons. leave: called by the button that leaves the mode; None for no such
    button.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="presenting_bar"):
        _turn_button("Previous", "PageUp", place - 1, count, turn)
        _turn_button("Next", "PageDown", place + 1, count, turn)
        end = st.session_state.pop(_ENDED, None)
        st.markdown(f"{place + 1} of {count}" + (f". {end}" if end else ""), width="stretch")
        more()
        if leave is not None:
            icon = ":material/close:"
            st.button("Leave", key="present_leave", icon=icon, shortcut="Esc", on_click=leave)


def _turn_button(
    label: str, shortcut: str, place: int, count: int, turn: Callable[[int], None]
) -> None:
    def act() -> None:
        if 0 <= place < count:
            turn(place)
        else:
            st.session_state[_ENDED] = "This is the first." if place < 0 else "This is the last."

    icon = f":material/arrow_{'back' if label == 'Previous' else 'forward'}:"
    key = f"present_{label.lower()}"
    st.button(label, key=key, icon=icon, shortcut=shortcut, on_click=act)


def page_bar(more: Callable[[], None] = lambda: None) -> None:
    """Show the bar that turns from page to page, in learning order.

    more: shows further buttons.
    """
    paths = st.session_state.get(_PATHS) or [""]
    here = st.session_state.get(_HERE, "")
    turning_bar(
        paths.index(here) if here in paths else 0,
        len(paths),
        lambda place: go_to(paths[place], ON),
        leave,
        more,
    )


def end_page_if_presenting(
    bar: Callable[[], None], last: Callable[[], None] = lambda: None
) -> None:
    """In presenting mode, show the bar and end the script below the stage; otherwise do nothing.

    bar: shows the bar. last: called after it; may take seconds.
    """
    if presenting():
        bar()
        last()
        note_run_end()
        st.stop()


def leave() -> None:
    """Leave presenting mode; the scene stays."""
    st.query_params.pop(PRESENT, None)
