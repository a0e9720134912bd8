"""The dialog that makes a GIF: direction, start, distance and speed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

import streamlit as st

from pages.ui.scene.limits import SceneError
from pages.ui.session.own_work import heavy, paced_run
from pages.ui.session.tab_state import tab_state
from pages.ui.share.animation import DIRECTIONS, Animation, animation_start, max_steps
from pages.ui.share.gif import make_gif
from pages.ui.text.sentence import as_sentence

_MADE = "gif_made"
_SPEEDS = {"slow": 0.5, "medium": 0.2, "fast": 0.1}
"""Seconds for which each frame is shown."""

_PLACES = {"where the drag began": False, "where it is now": True}
_DEFAULT_STEPS = 16

_AT_ONCE = BoundedSemaphore(2)
"""GIFs made at the same time; each takes memory, and a whole class may press the button."""
_TIMEOUT = 30  # seconds


def gif_button() -> None:
    """Show a button that opens the dialog."""
    if st.button("Make a GIF", key="make_a_gif", icon=":material/gif_box:"):
        _forget()
        _gif_dialog()


def _forget() -> None:
    st.session_state.pop(_MADE, None)


@st.dialog("A GIF for your slides", width="large", icon=":material/gif_box:", on_dismiss=_forget)
def _gif_dialog() -> None:
    st.caption("The pattern goes along a line, a pixel a frame, with all maps beside it.")
    try:
        animation = _chosen_animation()
    except SceneError as error:
        _forget()
        st.info(as_sentence(str(error)))
        return
    speed = st.session_state["gif_speed"]
    row = st.container(horizontal=True)
    if row.button("Make the GIF", key="gif_make", type="primary"):
        _make(animation, _SPEEDS[speed])
    _show(animation, speed, row)


def _chosen_animation() -> Animation:
    scene = tab_state().scene
    unit = "px" if scene.full == 1 else "cells"
    left, middle, right = st.columns(3)
    direction = left.selectbox("It moves", DIRECTIONS, key="gif_direction", filter_mode=None)
    here = middle.selectbox("It starts", _PLACES, key="gif_place", filter_mode=None)
    right.selectbox("Speed", _SPEEDS, index=1, key="gif_speed", filter_mode=None)
    scene = animation_start(scene, here=_PLACES[here])
    most = max_steps(scene, direction)
    steps = most
    if most > 1:
        steps = st.slider(f"How far, in {unit}", 1, most, min(most, _DEFAULT_STEPS))
    return Animation(scene, direction, steps)


def _make(animation: Animation, seconds: float) -> None:
    bar = st.progress(0.0, "Waiting for others who make a GIF just now.")
    _forget()
    if not _AT_ONCE.acquire(timeout=_TIMEOUT):
        bar.empty()
        st.error("Others are making GIFs just now. Try again in a moment.")
        return
    try:

        def show_progress(done: int) -> None:
            bar.progress(done / animation.frames, f"Frame {done} of {animation.frames}")

        gif = make_gif(animation, seconds, show_progress, _turn)
        st.session_state[_MADE] = (animation, seconds, gif)
    except SceneError as error:
        st.error(as_sentence(str(error)))
    finally:
        _AT_ONCE.release()
    bar.empty()


@contextmanager
def _turn() -> Iterator[None]:
    """Draw a frame when nobody else computes, and pause before the next while others drag."""
    with paced_run(), heavy():
        yield


def _show(animation: Animation, speed: str, row: Any) -> None:
    """Show the GIF that was made last, if it has the current settings."""
    made_of, seconds, gif = st.session_state.get(_MADE, (None, 0.0, b""))
    if (made_of, seconds) != (animation, _SPEEDS[speed]):
        _forget()
        return
    pattern = animation.scene.pattern
    st.image(gif, alt=f"The {pattern} moves {animation.steps} steps {animation.direction}.")
    row.download_button(
        f"Download the GIF ({animation.frames} frames, {_file_size(len(gif))})",
        gif,
        file_name=f"shift-lab-{animation.scene.lens}.gif",
        mime="image/gif",
        key="gif_download",
        on_click="ignore",
        icon=":material/download:",
    )


def _file_size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"
