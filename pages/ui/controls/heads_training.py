"""Training on the page: its button, its progress, its end; a frame never trains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.parts_training import training_line
from pages.ui.render.heads import where_text
from pages.ui.scene.head_training import is_quick
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import percent
from pages.ui.training.heads import HEAD_STORE, TrainedHeads, TrainingProgress
from rfcore.errors import RfcoreError
from rfcore.heads.experiment import Experiment

_WANTED, _STOPPED, _LAST = "heads_wanted", "heads_stopped", "heads_last"
_TOLD = "heads_progress_told"
_TELL_EVERY = 0.5  # seconds between two pictures of the progress
# The stage of a new tab has still to load. Streamlit's page puts that off at every change of a bar,
# so that a slow browser would show no stage before the end of the training.
_QUIET_AT_FIRST = 2.5

_SPANS = {
    "waiting": (0.0, 0.0),
    "drawing": (0.0, 0.2),
    "training": (0.2, 0.35),
    "asking": (0.35, 1.0),
}
"""From where to where each phase moves the bar; asking at every place takes longest."""

_PHASES = {
    "waiting": "Another training is running. Yours is next.",
    "drawing": "Drawing examples and running the frozen network over them.",
    "training": "Training.",
    "asking": "Trained. Asking all three heads at every place.",
}


# A row of its own where the sentence would be a narrow column beside the buttons.
_ON_A_PHONE = """<style>@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-training_row) { flex-basis: 100%; }
}</style>"""


def training_box(*, offers: bool = True) -> Any:
    """Say whether the scene's heads are trained, and offer what changes that.

    offers: whether other examples to train on are offered. Returns where `train_wanted` shows its
    progress. The first scene of a visit is trained without being asked, unless that takes long.
    """
    scene = tab_state().scene
    trained = HEAD_STORE.find(scene.experiment)
    if _WANTED not in st.session_state:
        st.session_state[_WANTED] = scene.experiment if is_quick(scene.experiment) else None
    st.html(_ON_A_PHONE)
    with st.container(horizontal=True, vertical_alignment="center", key="training_row") as row:
        spot = row
        if trained is not None:
            st.session_state[_LAST] = scene
            _done(scene, trained, offers=offers)
        elif st.session_state[_WANTED] == scene.experiment:
            st.button("Stop", key="stop_training", on_click=_stop)
            spot = st.container(width="stretch")
        else:
            _offer(scene)
    show_problem("where_button")
    return spot


def training_for(scene: Scene) -> Callable[[], None]:
    """Show above a stage what trains the scene's heads or grids, where it has any.

    Returns what is to be called below the stage, where a script may be busy for seconds.
    """
    if scene.parts is not None:
        training_line()
    if scene.training is None:
        return lambda: None
    want_training(scene)
    spot = training_box(offers=False)
    return lambda: train_wanted(spot)


def want_training(scene: Scene) -> None:
    """Let the heads of a scene be trained, unless the learner has stopped that or it takes long."""
    if st.session_state.get(_STOPPED) != scene.experiment and is_quick(scene.experiment):
        _want(scene.experiment)


def train_wanted(spot: Any) -> None:
    """Train the scene's heads if they are wanted and not there yet, and show the page anew.

    spot: where the progress is shown. Whatever interrupts the page ends the training as well.
    """
    experiment = tab_state().scene.experiment
    wanted = st.session_state.get(_WANTED)
    if experiment is None or wanted != experiment or HEAD_STORE.find(experiment) is not None:
        return
    try:
        with spot:
            HEAD_STORE.train(experiment, _Bar().show)
    except RfcoreError as error:
        st.session_state[_WANTED] = None
        spot.error(f"The heads could not be trained: {error}.")
        return
    st.session_state[_WANTED] = st.session_state[_STOPPED] = None
    st.rerun()


class _Bar:
    """The progress bar in the box; it is drawn a few times a second, however often it is told."""

    def __init__(self) -> None:
        self.bar = st.progress(0.0, text=_PHASES["drawing"])
        quiet = 0.0 if _TOLD in st.session_state else _QUIET_AT_FIRST
        self.next_drawing = monotonic() + quiet
        st.session_state[_TOLD] = True

    def show(self, progress: TrainingProgress) -> None:
        now = monotonic()
        if now < self.next_drawing:
            return
        self.next_drawing = now + _TELL_EVERY
        first, last = _SPANS[progress.phase]
        heads = "; ".join(
            f"{name}: loss {loss:.3f}, {percent(right)} right"
            for name, (loss, right) in progress.heads.items()
        )
        text = f"{_PHASES[progress.phase]} {heads}"
        self.bar.progress(first + (last - first) * progress.share, text=text)


def _done(scene: Scene, trained: TrainedHeads, *, offers: bool) -> None:
    assert scene.training is not None
    right = [classifier.accuracy for classifier in trained.classifiers]
    every = percent(min(right))
    st.markdown(
        f"Trained in {trained.seconds:.1f} s on {scene.training.examples} examples, "
        f"{where_text(scene.training)}; "
        + ("all heads get all of them right." if min(right) == 1 else f"at least {every} right."),
        width="stretch",
    )
    for label, where in (
        ("Train everywhere", "everywhere"),
        ("Train in the upper left only", "upper left"),
    ):
        if offers and scene.training.where != where:
            st.button(label, key=f"train_{where}", on_click=_train_in, args=(where,))


def _offer(scene: Scene) -> None:
    st.button(
        "Train the three heads",
        key="train",
        type="primary",
        on_click=_want,
        args=(scene.experiment,),
    )
    stopped = st.session_state.get(_STOPPED) == scene.experiment
    text = "Training was stopped; nothing of it was kept. " if stopped else ""
    text += "These settings are not trained yet."
    if not is_quick(scene.experiment):
        text += " Their training takes longer than most, so it waits for you."
    st.markdown(text, width="content")
    last = st.session_state.get(_LAST)
    if last is not None and HEAD_STORE.find(last.experiment) is not None:
        st.button("Back to the trained settings", key="untrain", on_click=_back, args=(last,))


def _want(experiment: Experiment | None) -> None:
    st.session_state[_WANTED] = experiment


def _stop() -> None:
    st.session_state[_STOPPED] = st.session_state.get(_WANTED)
    st.session_state[_WANTED] = None


def _back(last: Scene) -> None:
    def make(scene: Scene) -> Scene:
        if last.size != scene.size:
            return last
        return replace(last, position=scene.position, start=scene.start)

    tab_state().change(make, "where_button")


def _train_in(where: str) -> None:
    def make(scene: Scene) -> Scene:
        assert scene.training is not None
        return scene.with_training(replace(scene.training, where=where))

    tab_state().change(make, "where_button")
    _want(tab_state().scene.experiment)
