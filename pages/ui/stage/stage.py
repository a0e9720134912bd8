"""The stage on the page: what the browser tells it, and what it shows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from time import time

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.ui.render.frame import Request, StageTask, refusal, render_frame, request_of
from pages.ui.scene.limits import SceneError
from pages.ui.scene.stage_message import parse_message
from pages.ui.session.component import component
from pages.ui.session.late_values import note_run_end
from pages.ui.session.stage_state import CHARTS_WAITING, STAGE_KEY, stage_state
from pages.ui.session.tab_state import TabState, tab_state
from rfcore.errors import RfcoreError

_stage = component("stage", "stage/stage.js", "show")

# Keeps the stage's room until it is there, so that what stands below it does not jump.
_ROOM = "<style>.st-key-stage_room { min-height: min(66vh, 40rem); }</style>"


@st.fragment(key=STAGE_KEY)
def stage(*charts: str, task: StageTask | None = None) -> None:
    """Show the tab's scene on the stage, and let the learner change it there.

    charts: keys of the page's fragments that run again after each commit; the rest of the page does
    not. While a pattern is dragged, nothing runs; without a frame socket, the stage alone does.
    task: what a lesson asks on the stage.
    """
    here = tab_state()
    request, others_show_it = _request(here)
    request = replace(request, task=task, sent_at=round(time() * 1000))
    st.html(_ROOM)
    with st.container(key="stage_room"):
        _stage(
            key=STAGE_KEY,
            data=render_frame(here.scene, request),
            on_hand_change=lambda: _rerun(charts),
            on_charts_change=_draw_charts,
            on_marks_change=lambda: None,
        )
    note_run_end()
    if others_show_it:
        st.rerun()


def marked_cells(task: str) -> object:
    """Return the cells that the browser says are marked for a step's task, as it says them."""
    told = stage_state("marks")
    return told.get("cells", []) if isinstance(told, dict) and told.get("task") == task else []


def _draw_charts() -> None:
    """Once a chart comes near, draw all that waited for it."""
    if st.session_state.pop(CHARTS_WAITING, False):
        st.rerun()


def _rerun(charts: tuple[str, ...]) -> None:
    message = stage_state("hand")
    if charts and isinstance(message, dict) and message.get("committed") is True:
        # A page that has run meanwhile may have no such chart any more.
        with suppress(StreamlitAPIException):
            st.rerun([STAGE_KEY, *charts])


def _request(here: TabState) -> tuple[Request, bool]:
    """Take in what the hand has done since the last run.

    Returns what it asks for, and whether it has changed what other controls show.
    """
    message = stage_state("hand")
    if message is None:
        return Request(revision=here.revision), False
    try:
        hand = parse_message(message)
    except SceneError as error:
        return Request(revision=here.revision, notice=refusal(str(error))), False
    if not here.is_new(hand):
        # Another control made the page run again: what the browser had then it may not have now.
        return Request(revision=here.revision), False
    try:
        others_show_it = here.accept(hand)
    except RfcoreError as error:
        return request_of(hand, here.revision, str(error)), False
    return request_of(hand, here.revision), others_show_it
