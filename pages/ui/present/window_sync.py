"""What keeps the projector's window and the speaker's on the same slide; both in one browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from pages.ui.session.component import component

_follow = component("follow", "window-sync.js", "follow")


def follow(
    deck: str,
    slide: int,
    turns: int,
    talk: str | None,
    turn: Callable[[int], None],
    *,
    clock: bool = False,
) -> None:
    """Tell the other window of each page that is turned here, and turn to what it tells.

    slide: that is shown, from 0. turns: counts those that were turned in this window. talk: names
    what was started here, so that its time begins anew; None after a reload. turn: called with the
    slide that the other window has turned to. clock: show for how long the talk has been on, which
    the speaker's window hears from the other.
    """
    key = f"follow_{deck}"

    def heard() -> None:
        message = (st.session_state.get(key) or {}).get("heard")
        if isinstance(message, list) and message and type(message[0]) is int:
            turn(message[0])

    height: Literal["content"] | int = "content" if clock else 1
    with st.container(key=f"{key}_room", border=False, width="content", height=height):
        _follow(
            key=key,
            data={"deck": deck, "slide": slide, "turns": turns, "talk": talk, "clock": clock},
            on_heard_change=heard,
            height=height,
        )
