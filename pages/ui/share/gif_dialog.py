"""Making a GIF of a sweep: where it goes, how far and how fast. Made on a click, not on a drag."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

import streamlit as st

from pages.ui.scene.limits import SceneError
from pages.ui.session.tab_state import tab_state
from pages.ui.share.animation import DIRECTIONS, Sweep, beginning, longest_way
from pages.ui.share.gif import make_gif
from pages.ui.text.sentence import as_sentence

_MADE = "sweep_made"
_SPEEDS = {"slow": 0.5, "medium": 0.2, "fast": 0.1}
"""Seconds of a frame."""

_PLACES = {"where the drag began": False, "where it is now": True}
_USUAL_WAY = 16  # px

_AT_ONCE = BoundedSemaphore(2)
"""Each GIF takes memory while it is made; a whole class may press the button at once."""
_PATIENCE = 30  # seconds


def gif_button() -> None:
    """Show a button that opens the making of a GIF of the scene."""
    if st.button("Make a GIF", key="make_a_gif", icon=":material/gif_box:"):
        _forget()
        _sweep()


def _forget() -> None:
    st.session_state.pop(_MADE, None)


@st.dialog("A GIF for your slides", width="large", icon=":material/gif_box:", on_dismiss=_forget)
def _sweep() -> None:
    st.caption("The pattern goes along a line, a pixel a frame, with all maps beside it.")
    try:
        sweep = _chosen_sweep()
    except SceneError as error:
        _forget()
        st.info(as_sentence(str(error)))
        return
    speed = st.session_state["sweep_speed"]
    row = st.container(horizontal=True)
    if row.button("Make the GIF", key="sweep_make", type="primary"):
        _make(sweep, _SPEEDS[speed])
    _show(sweep, speed, row)


def _chosen_sweep() -> Sweep:
    scene = tab_state().scene
    unit = "px" if scene.full == 1 else "cells"
    way, place, pace = st.columns(3)
    direction = way.selectbox("It moves", DIRECTIONS, key="sweep_direction", filter_mode=None)
    here = place.selectbox("It starts", _PLACES, key="sweep_place", filter_mode=None)
    pace.selectbox("Speed", _SPEEDS, index=1, key="sweep_speed", filter_mode=None)
    scene = beginning(scene, here=_PLACES[here])
    longest = longest_way(scene, direction)
    steps = longest
    if longest > 1:
        steps = st.slider(f"How far, in {unit}", 1, longest, min(longest, _USUAL_WAY))
    return Sweep(scene, direction, steps)


def _make(sweep: Sweep, seconds: float) -> None:
    bar = st.progress(0.0, "Waiting for others who make a GIF just now.")
    _forget()
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        bar.empty()
        st.error("Others are making GIFs just now. Try again in a moment.")
        return
    try:

        def tell(done: int) -> None:
            bar.progress(done / sweep.frames, f"Frame {done} of {sweep.frames}")

        st.session_state[_MADE] = (sweep, seconds, make_gif(sweep, seconds, tell))
    except SceneError as error:
        st.error(as_sentence(str(error)))
    finally:
        _AT_ONCE.release()
    bar.empty()


def _show(sweep: Sweep, speed: str, row: Any) -> None:
    """Show the GIF that was made last, if it is still the one that is asked for."""
    made_of, seconds, gif = st.session_state.get(_MADE, (None, 0.0, b""))
    if (made_of, seconds) != (sweep, _SPEEDS[speed]):
        _forget()
        return
    st.image(gif, alt=f"The {sweep.scene.pattern} moves {sweep.steps} steps {sweep.direction}.")
    row.download_button(
        f"Download the GIF ({sweep.frames} frames, {_size_text(len(gif))})",
        gif,
        file_name=f"shift-lab-{sweep.scene.lens}.gif",
        mime="image/gif",
        key="sweep_download",
        on_click="ignore",
        icon=":material/download:",
    )


def _size_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"
