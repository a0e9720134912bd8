"""The stage component: the only place that speaks to Streamlit's components."""

from __future__ import annotations

import streamlit as st

from pages.ui.frame import Request, render_frame
from pages.ui.hand import Hand, read_hand
from pages.ui.scene import SceneError
from pages.ui.session import learner

_KEY = "stage"

# This text travels with every frame, so it only fetches the module that the app serves. The page
# may lie under a base path and below it, hence the address that the server knows.
_LOADER = """
const stage = import(new URL("{path}", location.origin).href);
export default (component) => {{ stage.then((module) => module.show(component)); }};
"""


def _asset(path: str) -> str:
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/assets/{path}" if base else f"/assets/{path}"


_stage = st.components.v2.component(
    "shift_lab_stage", js=_LOADER.format(path=_asset("stage/stage.js"))
)


@st.fragment(key="stage")
def stage() -> None:
    """Show the learner's scene on the stage and let their hand change it.

    Only this reruns while a pattern is dragged.
    """
    here = learner()
    hand, notice = _new_hand()
    if hand is not None:
        try:
            here.take_in(hand)
        except SceneError as error:
            notice = str(error)
    request = Request(
        token=hand.token if hand else 0,
        revision=here.revision,
        mount=hand.mount if hand else "",
        known_scene=hand.known_scene if hand else "",
        known_start=hand.known_start if hand else None,
        notice=f"The stage could not do that: {notice}." if notice else "",
    )
    _stage(key=_KEY, data=render_frame(here.scene, request), on_hand_change=lambda: None)


def _new_hand() -> tuple[Hand | None, str]:
    message = (st.session_state.get(_KEY) or {}).get("hand")
    if message is None:
        return None, ""
    try:
        return read_hand(message), ""
    except SceneError as error:
        return None, str(error)
