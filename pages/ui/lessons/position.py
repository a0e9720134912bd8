"""A learner's position in the walkthrough, from the link, and progress, from the browser."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.ui.lessons.progress import (
    LearnerProgress,
    ProgressError,
    progress_from_code,
    progress_from_text,
    progress_to_text,
)
from pages.ui.lessons.reader import Lesson, LessonSet, LessonStep
from pages.ui.lessons.tasks import Answer
from pages.ui.session.browser_storage import store_text, stored_text
from pages.ui.session.presenting import PRESENT

SUMMARY = "summary"
"""The place of the page on which all predictions are listed, where a lesson's name would be."""

_PROGRESS, _STORED, _NOTICE = "progress", "progress_told", "progress_notice"
_STAYS = (PRESENT,)  # query parameters that do not name a lesson or step


def current_progress(lesson_set: LessonSet) -> LearnerProgress:
    """Return the learner's progress, with the browser's stored progress and the link's merged in.

    Answers are validated when they arrive, not in every run.
    """
    state = st.session_state
    here: LearnerProgress = state.setdefault(_PROGRESS, LearnerProgress())
    stored = stored_text("progress")
    if stored and stored != state.get(_STORED):
        state[_STORED] = stored
        try:
            here = here.merged(progress_from_text(stored)).known(lesson_set)
        except ProgressError as error:
            state[_NOTICE] = f"The progress that this browser stored was left out: {error}."
    if stored is not None and "progress" in st.query_params:
        # Only once the browser has sent what it stores: the link adds to that.
        code = st.query_params.pop("progress")
        try:
            brought = progress_from_code(code)
        except ProgressError as error:
            state[_NOTICE] = f"The link\u2019s \u201cprogress\u201d was left out: {error}."
        else:
            # A link adds to the progress here and removes nothing.
            here = here.merged(replace(brought, since=here.since)).known(lesson_set)
    state[_PROGRESS] = here
    return here


def progress_notice() -> str:
    """Return a sentence on progress that could not be read; each is returned once."""
    found: str = st.session_state.pop(_NOTICE, "")
    return found


def store_progress() -> None:
    """Let the browser store the progress. Call it once, at the end of a page."""
    has_loaded = stored_text("progress") is not None
    store_text("progress", progress_to_text(st.session_state[_PROGRESS]) if has_loaded else None)


def set_progress(made: LearnerProgress) -> None:
    """Replace the progress."""
    st.session_state[_PROGRESS] = made


def record_step(lesson: Lesson, step: LessonStep, answer: Answer | None) -> None:
    """Record that a step is done, with the learner's answer; None for a step without a task."""
    set_progress(st.session_state[_PROGRESS].with_step(lesson, step, answer))


def step_of_link(lesson_set: LessonSet) -> tuple[Lesson | None, int, str]:
    """Return the link's lesson, its step from 0, and a sentence if the link names none."""
    name = st.query_params.get("lesson", "")
    if not name or name == SUMMARY:
        return None, 0, ""
    lesson = lesson_set.find(name)
    if lesson is None:
        return None, 0, f"There is no lesson \u201c{name[:40]}\u201d; choose one below."
    number = st.query_params.get("step", "1")
    steps = {str(at): at for at in range(1, len(lesson.steps) + 1)}
    if number not in steps:
        problem = f"This lesson has steps 1 to {len(lesson.steps)}, not \u201c{number[:20]}\u201d."
        return lesson, 0, problem
    return lesson, steps[number] - 1, ""


def is_summary() -> bool:
    """Whether the link asks for the list of all predictions."""
    return st.query_params.get("lesson") == SUMMARY


def go_to_step(lesson: str, step: int = 0) -> None:
    """Write a lesson and its step, from 0, into the link; without a lesson, that is the map."""
    stays = {key: st.query_params[key] for key in _STAYS if key in st.query_params}
    where = {"lesson": lesson, "step": str(step + 1)} if lesson else {}
    if lesson == SUMMARY:
        where.pop("step")
    st.query_params.from_dict({**where, **stays})


def to_map_button() -> None:
    """Show the button back to the map of lessons."""
    st.button(
        "All lessons",
        key="to_map",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=go_to_step,
        args=("",),
    )


def first_open(lesson: Lesson, here: LearnerProgress) -> int:
    """Return the step at which a lesson opens: the learner's last one, or the first not done.

    A finished lesson opens at its first step.
    """
    undone = [at for at, step in enumerate(lesson.steps) if not here.has_done(lesson, step)]
    names = [step.name for step in lesson.steps]
    if undone and here.last[0] == lesson.name and here.last[1] in names:
        return names.index(here.last[1])
    return undone[0] if undone else 0
