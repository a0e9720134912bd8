"""The training of the grids on a page; it starts when nobody else trains, and can be stopped."""

from __future__ import annotations

import streamlit as st

from pages.ui.controls.training_requester import place_text, training_requester
from pages.ui.session.tab_state import tab_state
from pages.ui.training.faces import GRID_STORE, GridProgress, TrainedGrids
from rfcore.faces.spec import PartsSpec

LOOK_EVERY = 0.5
"""Seconds between updates while a training runs."""

_HEIGHT = 56  # pixels, reserved so that the stage below does not move
_STOPPED, _PRESSED = "parts_stopped", "parts_pressed"


def training_line() -> None:
    """Show one line above the stage: the progress of the training, or its result."""
    parts = tab_state().scene.parts
    assert parts is not None
    spec = parts.spec
    with st.container(height=_HEIGHT, border=False):
        trained = GRID_STORE.find(spec)
        if trained is not None:
            st.caption(trained_text(trained))
        elif st.session_state.get(_STOPPED) == spec:
            _offer(spec, "The training was stopped, so no grid can answer.")
        elif GRID_STORE.has_others(spec) and st.session_state.get(_PRESSED) != spec:
            _offer(spec, "The server trains for others now, so this training waits for you.")
        else:
            st.session_state[_PRESSED] = spec  # it waits for its turn, should others come first
            _watched(spec)


def _offer(spec: PartsSpec, reason: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Train the grids", key="train_parts", type="primary", on_click=_want, args=(spec,)
        )
        st.markdown(reason, width="content")


@st.fragment(run_every=LOOK_EVERY)
def _watched(spec: PartsSpec) -> None:
    """Start the training unless it runs, show its progress, and rerun the page at the end."""
    if GRID_STORE.find(spec) is not None:
        st.rerun()
    try:
        GRID_STORE.start(spec, training_requester())
    except RuntimeError:  # no thread could be started; the fragment's next run tries again
        st.warning("The server has too much to do to start this training. It tries again soon.")
        return
    progress = GRID_STORE.progress(spec) or GridProgress(0, 1)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", key="stop_parts", on_click=_stop, args=(spec,))
        before = progress.before
        text = place_text(before) if before else progress_text(spec, progress.done)
        st.progress(progress.done / progress.total, text=text)


def progress_text(spec: PartsSpec, done: int) -> str:
    """Say which grid is being trained or evaluated; done: the number of finished rounds."""
    grids = len(spec.grids)
    if done < grids:
        return f"Training grid g = {spec.grids[done]} ({done + 1} of {grids})."
    at = min(done - grids, len(spec.distances) - 1)
    return f"Asking every grid about faces that moved {spec.distances[at]} px."


def trained_text(trained: TrainedGrids) -> str:
    """Say how many examples the grids were trained on, and how long it took."""
    spec = trained.parts.spec
    return (
        f"Learned from {spec.examples} pictures, moved by up to {spec.trained_jitter} px, in "
        f"{trained.seconds:.1f} s."
    )


def _stop(spec: PartsSpec) -> None:
    GRID_STORE.stop(spec, training_requester())
    st.session_state[_STOPPED] = spec


def _want(spec: PartsSpec) -> None:
    st.session_state.pop(_STOPPED, None)
    st.session_state[_PRESSED] = spec
