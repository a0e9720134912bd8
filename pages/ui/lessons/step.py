"""One step of a lesson: its text, its task and its stage."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui.controls.heads_training import training_for
from pages.ui.controls.notices import show_link_notices
from pages.ui.lessons import position, task_card
from pages.ui.lessons.focus import FOCUS_TARGET, move_focus
from pages.ui.lessons.progress import LearnerProgress
from pages.ui.lessons.reader import Lesson, LessonSet, LessonStep
from pages.ui.lessons.tasks import Answer, Goal, Mark, Prediction, solution_of
from pages.ui.render.frame import StageTask
from pages.ui.scene.link import KEYS
from pages.ui.scene.workspaces import custom_workspace
from pages.ui.session.presenting import end_page_if_presenting, leave, presenting, turning_bar
from pages.ui.session.tab_state import open_workspace
from pages.ui.stage.stage import stage
from pages.ui.text.markdown import escape_markdown
from pages.ui.text.prose import prose


def lesson_step(
    lesson_set: LessonSet, lesson: Lesson, at: int, progress: LearnerProgress, problem: str
) -> None:
    """Show a step of a lesson and record the progress in it.

    at: the step's index. problem: what was wrong with the link, or empty.
    """
    step = lesson.steps[at]
    name = f"lesson {lesson.name} {step.name}"
    answer = progress.answer(lesson, step)
    if isinstance(step.task, Prediction) and answer is None:
        for key in KEYS:  # a link must not show the answer before the prediction
            st.query_params.pop(key, None)
    open_workspace(custom_workspace(step.scene, name), step.scene.lens)
    progress = progress.at(lesson, step)
    position.set_progress(progress)
    text, shown = st.columns([2, 5], gap="large")
    with text:
        _head(lesson_set, lesson, at)
        for sentence in (problem, position.progress_notice()):
            if sentence:
                st.warning(escape_markdown(sentence))
        show_link_notices()
        prose(step.text)
        with st.container(border=True, key=FOCUS_TARGET):
            task_card.task_card(lesson, at, answer)
        if not presenting():
            # Before the stage, whose scene may need a training of several seconds.
            move_focus(name, answered=answer is not None)
    with shown:
        _show_stage(name, step, answer, lambda: _bar(lesson_set, lesson, at))


def _head(lesson_set: LessonSet, lesson: Lesson, at: int) -> None:
    steps = len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        position.to_map_button()
        number = lesson_set.lessons.index(lesson) + 1
        st.caption(f"Lesson {number} of {len(lesson_set.lessons)}, step {at + 1} of {steps}")
    st.title(lesson.steps[at].title, anchor=False)


def _bar(lesson_set: LessonSet, lesson: Lesson, at: int) -> None:
    """Show the projector's bar, which turns from step to step and on to the next lesson."""
    places = [(each.name, i) for each in lesson_set.lessons for i in range(len(each.steps))]
    place = places.index((lesson.name, at))
    turning_bar(place, len(places), lambda to: position.go_to_step(*places[to]), leave)
    position.store_progress()


def _show_stage(
    name: str, step: LessonStep, answer: Answer | None, bar: Callable[[], None]
) -> None:
    """Show the stage, and train what its scene needs."""
    train = training_for(step.scene)
    watched = (task_card.CARD,) if isinstance(step.task, Goal) and answer is None else ()
    stage(*watched, task=_stage_task(name, step, answer))
    end_page_if_presenting(bar, train)
    train()


def _stage_task(name: str, step: LessonStep, answer: Answer | None) -> StageTask:
    """Return the task as the stage shows it: whether it is locked, and which cells are marked."""
    task = step.task
    if not isinstance(task, Prediction):
        return StageTask(name, locked=False)
    if not isinstance(task, Mark):
        return StageTask(name, locked=answer is None, veiled=answer is None and task.hide_maps)
    at = (task.map or len(step.scene.stack)) - 1
    if answer is None:
        return StageTask(name, locked=True, map=at)
    solution = solution_of(task, step.scene)
    assert isinstance(answer, tuple)
    assert isinstance(solution, tuple)
    return StageTask(name, locked=False, map=at, marks=answer, changed=solution)
