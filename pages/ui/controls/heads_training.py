"""The training of the heads on a page: its buttons, its progress and its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.controls.parts_training import training_line
from pages.ui.controls.training_requester import (
    end_if_interrupted,
    place_text,
    training_requester,
)
from pages.ui.render.heads import where_text
from pages.ui.scene.head_training import is_quick
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import percent
from pages.ui.training.heads import HEAD_STORE, TrainedHeads, TrainingProgress
from rfcore.errors import RfcoreError
from rfcore.heads.experiment import Experiment

_WANTED, _STOPPED, _LAST = "heads_wanted", "heads_stopped", "heads_last"
_HAS_SHOWN_PROGRESS = "heads_has_shown_progress"
_SECONDS_PER_UPDATE = 0.5  # of the progress bar
# A new tab still has to load the stage. Each update of a bar delays that, so without this pause a
# slow browser would show no stage before the end of the training.
_SECONDS_BEFORE_FIRST_UPDATE = 2.5

_SPANS = {
    "waiting": (0.0, 0.0),
    "drawing": (0.0, 0.2),
    "training": (0.2, 0.35),
    "asking": (0.35, 1.0),
}
"""The part of the bar for each phase, from 0 to 1; "asking" at every place takes longest."""

_PHASES = {
    "drawing": "Drawing examples and running the frozen network over them.",
    "training": "Training.",
    "asking": "Trained. Asking all three heads at every place.",
}


# On a phone, the sentence gets its own row; beside the buttons it would be a narrow column.
_ON_A_PHONE = """<style>@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-training_row) { flex-basis: 100%; }
}</style>"""


def training_box(*, offers: bool = True) -> Any:
    """Show whether the scene's heads are trained, with buttons to start or stop the training.

    offers: whether to offer a training on other examples. Returns the container for the progress,
    an argument of `train_wanted`. A session's first scene is trained at once if that is quick and
    nobody waits for another training.
    """
    scene = tab_state().scene
    trained = HEAD_STORE.find(scene.experiment)
    if _WANTED not in st.session_state:
        starts = may_start(scene.experiment)
        st.session_state[_WANTED] = scene.experiment if starts else None
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
    """Show the training of a scene's heads or grids above the stage, if it has any.

    Returns a function to call after the stage, since it may take seconds.
    """
    if scene.parts is not None:
        training_line()
    if scene.training is None:
        return lambda: None
    want_training(scene)
    spot = training_box(offers=False)
    return lambda: train_wanted(spot)


def want_training(scene: Scene) -> None:
    """Request the training of a scene's heads if it may start and the learner did not stop it."""
    if st.session_state.get(_STOPPED) != scene.experiment and may_start(scene.experiment):
        _want(scene.experiment)


def may_start(experiment: Experiment | None) -> bool:
    """Whether a training starts without a press: it is quick, and no other one runs or waits."""
    if experiment is None or not is_quick(experiment):
        return False
    return not HEAD_STORE.has_others(experiment)


def train_wanted(spot: Any) -> None:
    """Train the scene's heads if that is requested and not done yet, then rerun the page.

    spot: the container for the progress. An interruption of the script also ends the training, and
    so does a tab that is closed.
    """
    experiment = tab_state().scene.experiment
    wanted = st.session_state.get(_WANTED)
    if experiment is None or wanted != experiment or HEAD_STORE.find(experiment) is not None:
        return
    try:
        with spot:
            HEAD_STORE.train(experiment, _Bar().show, client=training_requester().client)
    except RfcoreError as error:
        st.session_state[_WANTED] = None
        spot.error(f"The heads could not be trained: {error}.")
        return
    st.session_state[_WANTED] = st.session_state[_STOPPED] = None
    st.rerun()


class _Bar:
    """The progress bar in the box; it is updated every _SECONDS_PER_UPDATE at most."""

    def __init__(self) -> None:
        self.bar = st.progress(0.0, text=_PHASES["drawing"])
        is_first = _HAS_SHOWN_PROGRESS not in st.session_state
        self.next_update = monotonic() + (_SECONDS_BEFORE_FIRST_UPDATE if is_first else 0.0)
        st.session_state[_HAS_SHOWN_PROGRESS] = True

    def show(self, progress: TrainingProgress) -> None:
        end_if_interrupted()
        now = monotonic()
        if now < self.next_update:
            return
        self.next_update = now + _SECONDS_PER_UPDATE
        first, last = _SPANS[progress.phase]
        heads = "; ".join(
            f"{name}: loss {loss:.3f}, {percent(right)} right"
            for name, (loss, right) in progress.heads.items()
        )
        waits = progress.phase == "waiting"
        text = place_text(progress.before) if waits else f"{_PHASES[progress.phase]} {heads}"
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
    elif scene.experiment is not None and HEAD_STORE.has_others(scene.experiment):
        text += " The server trains for others now, so this training waits for you."
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
