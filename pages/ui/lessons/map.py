"""The map of lessons: all lessons with the progress in each, and a link with the progress."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from pages.ui.lessons import position
from pages.ui.lessons.progress import LearnerProgress, progress_to_code
from pages.ui.lessons.reader import Lesson, LessonFault, LessonSet
from pages.ui.session.browser_storage import is_refused
from pages.ui.text.markdown import escape_markdown
from pages.ui.text.prose import prose

_STATUS = 145  # pixels, as wide as the longest label, so that all buttons align


def lesson_map(lesson_set: LessonSet, progress: LearnerProgress, problem: str) -> None:
    """Show all lessons with the learner's progress in each."""
    st.title("Predict, drag, see", anchor=False)
    prose(
        "Each lesson takes a few minutes. You say what will happen, then you drag and see. "
        "Your browser remembers how far you are."
    )
    for sentence in (problem, position.progress_notice()):
        if sentence:
            st.warning(escape_markdown(sentence))
    if is_refused("progress"):
        st.warning(
            "This browser does not store your progress, because its storage is full or switched "
            "off. You lose it when you close this tab."
            + (
                " The link below, under “Take my progress along”, keeps it."
                if progress.done
                else ""
            )
        )
    show_faults(lesson_set.faults)
    following = next_lesson(lesson_set, progress)
    for number, lesson in enumerate(lesson_set.lessons, 1):
        _card(number, lesson, progress, is_next=lesson is following)
    if progress.done:
        _after(progress)


def show_faults(faults: tuple[LessonFault, ...]) -> None:
    """Show which lessons cannot be shown and why, for their authors."""
    if faults:
        st.warning(
            "Some lessons were left out, for there is a mistake in their file:\n"
            + "\n".join(f"- {escape_markdown(str(fault))}" for fault in faults)
        )


def next_lesson(lesson_set: LessonSet, progress: LearnerProgress) -> Lesson | None:
    """Return the lesson to continue with: the one opened last, else the first that is not done."""
    undone = [lesson for lesson in lesson_set.lessons if progress.count(lesson) < len(lesson.steps)]
    last = [lesson for lesson in undone if lesson.name == progress.last[0]]
    return next(iter(last or undone), None)


def _card(number: int, lesson: Lesson, progress: LearnerProgress, *, is_next: bool) -> None:
    done, steps = progress.count(lesson), len(lesson.steps)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            prose(f"**{number}. {lesson.title}**  \n{lesson.idea}")
        status = f":material/check_circle: all {steps} done" if done == steps else ""
        if 0 < done < steps:
            status = f"{done} of {steps} done"
        label = "Again" if done == steps else "Go on" if done else "Start"
        # Together, so that a phone puts both below the text.
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.markdown(status or f"{lesson.minutes} minutes, {steps} steps", width=_STATUS)
            st.button(
                label,
                key=f"lesson_{lesson.name}",
                type="primary" if is_next else "secondary",
                on_click=position.go_to_step,
                args=(lesson.name, position.first_open(lesson, progress)),
                width=110,
            )


def _after(progress: LearnerProgress) -> None:
    with st.container(horizontal=True):
        st.button(
            "What I predicted",
            key="to_summary",
            on_click=position.go_to_step,
            args=(position.SUMMARY,),
        )
        with st.popover("Take my progress along"):
            st.markdown("Open this link in another browser, and go on there.")
            address = urlsplit(st.context.url or "")
            link = f"{address.scheme}://{address.netloc}{address.path}?progress={progress_to_code(progress)}"
            st.code(link, language=None, wrap_lines=True)
        with st.popover("Start over"):
            st.markdown("This forgets all that you have predicted.")
            st.button(
                "Forget it",
                key="reset_progress",
                on_click=position.set_progress,
                args=(progress.reset(),),
            )
