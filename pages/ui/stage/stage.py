"""The stage component: applies the browser's messages to the scene and sends frames back."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import replace
from itertools import count

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.ui.render.frame import Request, StageTask, render_frame
from pages.ui.scene.limits import SceneError
from pages.ui.scene.stage_message import parse_message
from pages.ui.session.component import component
from pages.ui.session.late_values import note_run_end
from pages.ui.session.own_work import heavy, paced_run
from pages.ui.session.stage_state import CHARTS_WAITING, STAGE_KEY, stage_state
from pages.ui.session.tab_state import TabState, tab_state
from rfcore.errors import RfcoreError

_stage = component("stage", "stage/stage.js", "show")

# Frames are counted and not timed: a clock may be set back.
_PROCESS, _numbers = secrets.token_hex(4), count(1)

# Reserves the stage's height until it has loaded, so that the page below it does not jump.
_RESERVED_HEIGHT = "<style>.st-key-stage_area { min-height: min(66vh, 40rem); }</style>"


@st.fragment(key=STAGE_KEY)
def stage(*charts: str, task: StageTask | None = None) -> None:
    """Show the tab's scene on the stage, and let the learner change it there.

    charts: keys of the page's fragments that run again after each commit; the rest of the page does
    not. While a pattern is dragged, nothing runs; without a frame socket, the stage alone does.
    task: what a lesson asks on the stage.
    """
    here = tab_state()
    request, others_show_it = _request(here)
    request = replace(request, task=task, order=(_PROCESS, next(_numbers)))
    with paced_run(), heavy():
        frame = render_frame(here.scene, request)
    st.html(_RESERVED_HEIGHT)
    with st.container(key="stage_area"):
        _stage(
            key=STAGE_KEY,
            data=frame,
            on_message_change=lambda: _rerun(charts),
            on_charts_change=_draw_charts,
            on_marks_change=lambda: None,
        )
    note_run_end()
    if others_show_it:
        st.rerun()


def marked_cells(task: str) -> object:
    """Return the cells that the browser has sent as marked for a task; not validated.

    task: the name of the `StageTask`.
    """
    marks = stage_state("marks")
    return marks.get("cells", []) if isinstance(marks, dict) and marks.get("task") == task else []


def _draw_charts() -> None:
    """Draw all waiting charts once one of them is near the window."""
    if st.session_state.pop(CHARTS_WAITING, False):
        st.rerun()


def _rerun(charts: tuple[str, ...]) -> None:
    message = stage_state("message")
    if charts and isinstance(message, dict) and message.get("committed") is True:
        # Another page may have run since; it does not have these fragments.
        with suppress(StreamlitAPIException):
            st.rerun([STAGE_KEY, *charts])


def _request(here: TabState) -> tuple[Request, bool]:
    """Apply the stage message that has arrived since the last run, if any.

    Returns the request for the next frame, and whether controls show other values now.
    """
    message = stage_state("message")
    if message is None:
        return Request(revision=here.revision), False
    try:
        parsed = parse_message(message)
    except SceneError as error:
        return Request(revision=here.revision, problem=str(error)), False
    if not here.is_new(parsed):
        # A control caused this run: the browser may have dropped what it had at that message.
        return Request(revision=here.revision), False
    try:
        others_show_it = here.accept(parsed)
    except RfcoreError as error:
        return Request(here.revision, parsed, str(error)), False
    return Request(here.revision, parsed), others_show_it
