"""Keep the projector's window and the speaker's on the same slide; both are in one browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from pages.ui.session.component import component

_follow = component("follow", "window-sync.js", "syncWindows")


def sync_windows(
    deck: str,
    slide: int,
    page_turns: int,
    talk_id: str | None,
    turn: Callable[[int], None],
    *,
    clock: bool = False,
) -> None:
    """Send this window's slide to the other window, and follow the slide that it sends.

    slide: index of the current one. page_turns: how often this window has turned a slide.
    talk_id: identifies a talk that was started here, and restarts its clock; None after a reload.
    turn: called with the slide that the other window has turned to. clock: whether to show how long
    the talk has lasted, which the projector's window sends.
    """
    key = f"follow_{deck}"

    def heard() -> None:
        message = (st.session_state.get(key) or {}).get("heard")
        if isinstance(message, list) and message and type(message[0]) is int:
            turn(message[0])

    height: Literal["content"] | int = "content" if clock else 1
    with st.container(key=f"{key}_container", border=False, width="content", height=height):
        _follow(
            key=key,
            data={
                "deck": deck,
                "slide": slide,
                "turns": page_turns,
                "talk": talk_id,
                "clock": clock,
            },
            on_heard_change=heard,
            height=height,
        )
