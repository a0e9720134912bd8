"""The controls of the face: reset or scramble its parts, centre it, and choose the pooling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.scene_select import scene_select
from pages.ui.scene.face import FACE_SIZE, HOME_PLACES, MIDDLE, POOLINGS
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from rfcore.faces.parts import scrambled_places

_NEXT = "parts_next_scramble"
_POOLING_NAMES = {"avg": "average", "max": "max"}


def parts_controls() -> None:
    """Show the buttons that put back, scramble or centre the face, and the pooling of the cells."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Put the parts back", key="parts_back", on_click=_put_back)
        st.button("Scramble", key="scramble", on_click=_scramble)
        st.button("Face to the middle", key="face_middle", on_click=_to_middle)
        scene_select(
            "Each cell keeps",
            POOLINGS,
            _pooling(tab_state().scene),
            "pooling",
            lambda scene, pooling: _with_parts(scene, pooling=pooling, grid=None),
            names=_POOLING_NAMES,
            width=160,
        )
    show_problem("parts")


def _pooling(scene: Scene) -> str:
    assert scene.parts is not None
    return scene.parts.pooling


def _with_parts(scene: Scene, **changes: Any) -> Scene:
    assert scene.parts is not None
    return replace(scene, parts=replace(scene.parts, **changes))


def _put_back() -> None:
    tab_state().change(lambda scene: _with_parts(scene, places=HOME_PLACES), "parts")


def _scramble() -> None:
    seed = st.session_state.get(_NEXT, 0)
    scene = tab_state().scene
    assert scene.parts is not None
    while scrambled_places(FACE_SIZE, seed) == scene.parts.places:
        seed += 1
    st.session_state[_NEXT] = seed + 1
    places = scrambled_places(FACE_SIZE, seed)
    tab_state().change(lambda scene: _with_parts(scene, places=places), "parts")


def _to_middle() -> None:
    tab_state().change(lambda scene: replace(scene, position=MIDDLE, start=MIDDLE), "parts")
