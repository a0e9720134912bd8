"""The card of a step: the question, the learner's prediction, the solution, and the next step."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui.controls.notices import show_problem
from pages.ui.lessons import position
from pages.ui.lessons.grading import Grade, grade, validate_answer
from pages.ui.lessons.reader import Lesson, LessonStep
from pages.ui.lessons.tasks import Answer, Choice, Goal, Mark, Number, Prediction, solution_of
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.session.tab_state import tab_state
from pages.ui.stage.stage import marked_cells
from pages.ui.text.format import direction
from pages.ui.text.markdown import escape_markdown
from pages.ui.text.prose import prose
from rfcore.errors import RfcoreError
from rfcore.stack import Stack

CARD = "lesson_card"
"""The key of the fragment that checks whether a goal is reached."""

_BUILD = ("C3x3/1", "M2x2/2")
"""The layers that a learner can add in a step whose goal asks for layers."""


def task_card(lesson: Lesson, at: int, answer: Answer | None) -> None:
    """Show the task of a step, or its solution once there is an answer.

    at: the step's index. answer: the learner's; None while there is none.
    """
    step = lesson.steps[at]
    task = step.task
    if task is None:
        st.markdown("Drag, and look around.")
        _onward(lesson, at, done=True)
    elif isinstance(task, Goal):
        prose(f"**{task.ask}**")
        if task.by == "layers":
            _builder()
        if answer is None:
            _watched(lesson, step, task)
        else:
            st.success(f"**Reached.** {task.why}", icon=":material/check_circle:")
        _onward(lesson, at, done=answer is not None)
    elif answer is None:
        assert isinstance(task, Prediction)
        _asked(lesson, at, step, task)
    else:
        assert isinstance(task, Prediction)
        _answered(lesson, at, task, answer)


def _asked(lesson: Lesson, at: int, step: LessonStep, task: Prediction) -> None:
    """Ask for a prediction; a callback records it before the page runs again."""
    prose(f"**{task.ask}**")
    key = f"given_{lesson.name}_{step.name}"
    with st.form(f"form_{key}", border=False):
        if isinstance(task, Number):
            unit = f" ({task.unit})" if task.unit else ""
            st.number_input(f"Your prediction{unit}", value=None, step=1.0, format="%g", key=key)
        elif isinstance(task, Choice):
            texts = [option.text for option in task.options]
            st.radio(
                "Your prediction",
                range(len(texts)),
                index=None,
                key=key,
                format_func=texts.__getitem__,
            )
        else:
            st.caption("Mark none if you think that none will change.")
        st.form_submit_button(
            "Predict", type="primary", on_click=_predict, args=(lesson, step, key)
        )
    problem = st.session_state.pop(f"problem_{key}", "")
    if problem:
        st.warning(problem)
    _onward(lesson, at, done=False)


def _predict(lesson: Lesson, step: LessonStep, key: str) -> None:
    task = step.task
    assert task is not None
    if isinstance(task, Mark):
        # A step's workspace and its task on the stage have the same name.
        answer = validate_answer(task, step.scene, marked_cells(tab_state().workspace.name))
    else:
        answer = validate_answer(task, step.scene, st.session_state.get(key))
    if answer is None:
        missing = "Type a number first." if isinstance(task, Number) else "Choose an answer first."
        st.session_state[f"problem_{key}"] = missing
        return
    position.record_step(lesson, step, answer)


def _answered(lesson: Lesson, at: int, task: Prediction, answer: Answer) -> None:
    step = lesson.steps[at]
    prose(task.ask)
    try:
        with st.spinner("Measuring."):
            graded = grade(task, answer, solution_of(task, step.scene))
    except RfcoreError as error:
        st.error(escape_markdown(f"This could not be measured: {error}."))
        _onward(lesson, at, done=True)
        return
    show = st.success if graded.right else st.info
    word = "Right." if graded.right else "Not this time."
    show(f"**{word}**  \n{grade_text(graded)}", icon=grade_icon(graded))
    if isinstance(task, Mark):
        st.caption("Boxes: what you marked. Dots: what changes.")
    if task.move != (0, 0):
        unit = ("cell", "cells") if step.scene.image == GRID else ("pixel", "pixels")
        st.markdown(f"Now see it: move it {direction(task.move, *unit)}.")
    _onward(lesson, at, done=True)


def grade_text(graded: Grade) -> str:
    """Return what was predicted, what was measured and why, as Markdown."""
    said, found = escape_markdown(graded.said), escape_markdown(graded.found)
    return f"You said: {said}  \nMeasured: **{found}**  \n{graded.why}"


def grade_icon(graded: Grade) -> str:
    """Return the icon of a right or of a wrong prediction."""
    return ":material/check_circle:" if graded.right else ":material/lightbulb:"


@st.fragment(key=CARD)
def _watched(lesson: Lesson, step: LessonStep, goal: Goal) -> None:
    """Check whether a goal is reached; runs again after each commit."""
    try:
        reached = goal.reached(tab_state().scene)
    except RfcoreError as error:
        st.error(escape_markdown(f"This could not be measured: {error}."))
        return
    if reached:
        position.record_step(lesson, step, True)
        # The whole page: the next button is outside, and the browser must store the progress.
        st.rerun()
    st.caption("Not reached yet.")


def _builder() -> None:
    """Show a button that adds a layer of each kind, and one that removes the last layer."""
    stack = tab_state().scene.stack
    with st.container(horizontal=True):
        for layer in _BUILD:
            st.button(f"Add {layer}", key=f"add_{layer}", on_click=_change_layers, args=(layer,))
        st.button(
            "Take the last away",
            key="remove_last",
            on_click=_change_layers,
            args=("",),
            disabled=len(stack) < 2,
        )
    st.caption(f"Now: {stack}")
    show_problem("lesson_layers")


def _change_layers(added: str) -> None:
    here = tab_state()
    layers = here.scene.stack.layers

    def make(scene: Scene) -> Scene:
        made = (*layers, *Stack.parse(added).layers) if added else layers[:-1]
        return scene.with_stack(Stack(made))

    here.change(make, "lesson_layers")


def _onward(lesson: Lesson, at: int, *, done: bool) -> None:
    """Show the buttons that leave a step; leaving a step without a task marks it as read."""
    last = at + 1 == len(lesson.steps)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Back",
            key="lesson_back",
            disabled=at == 0,
            on_click=position.go_to_step,
            args=(lesson.name, at - 1),
        )
        label = ("Finish" if last else "Next") if done else "Skip"
        st.button(
            label,
            key="lesson_next",
            type="primary" if done else "tertiary",
            on_click=partial(_leave, lesson, at),
        )


def _leave(lesson: Lesson, at: int) -> None:
    if lesson.steps[at].task is None:
        position.record_step(lesson, lesson.steps[at], None)
    if at + 1 < len(lesson.steps):
        position.go_to_step(lesson.name, at + 1)
    else:
        position.go_to_step("")
