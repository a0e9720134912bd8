"""All predictions of a learner with their grades, as a page and as a download."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from pages.ui.lessons import position
from pages.ui.lessons.grading import Grade, grade
from pages.ui.lessons.progress import LearnerProgress
from pages.ui.lessons.reader import LessonSet
from pages.ui.lessons.task_card import grade_icon, grade_text
from pages.ui.lessons.tasks import Prediction, solution_of
from rfcore.errors import RfcoreError


@dataclass(frozen=True)
class SummaryLine:
    """One prediction: its lesson, its question and its grade."""

    lesson: str
    ask: str
    grade: Grade


def summary_lines(lesson_set: LessonSet, progress: LearnerProgress) -> tuple[SummaryLine, ...]:
    """Return all predictions in the order of the lessons; each is graded again."""
    found = []
    for lesson in lesson_set.lessons:
        for step in lesson.steps:
            answer = progress.answer(lesson, step)
            if answer is None or not isinstance(step.task, Prediction):
                continue
            try:
                graded = grade(step.task, answer, solution_of(step.task, step.scene))
            except RfcoreError:  # the lesson has changed since
                continue
            found.append(SummaryLine(lesson.title, step.task.ask, graded))
    return tuple(found)


def lesson_summary(lesson_set: LessonSet, progress: LearnerProgress) -> None:
    """Show all predictions, and a button to download them as a web page."""
    position.to_map_button()
    st.title("What I predicted", anchor=False)
    with st.spinner("Measuring everything again."):
        lines = summary_lines(lesson_set, progress)
    if not lines:
        st.markdown("There is no prediction yet.")
        return
    st.markdown(_score(lines))
    for line in lines:
        _card(line)
    st.download_button(
        "Download as a page",
        as_page(lines),
        file_name="shift-lab-predictions.html",
        mime="text/html",
        on_click="ignore",
    )


def _card(line: SummaryLine) -> None:
    word = "Right" if line.grade.right else "Not right"
    with st.container(border=True):
        st.markdown(
            f"{grade_icon(line.grade)} **{word}.** {line.lesson}: {line.ask}  \n"
            f"{grade_text(line.grade)}"
        )


def _score(lines: tuple[SummaryLine, ...]) -> str:
    right = sum(line.grade.right for line in lines)
    return f"{right} of {len(lines)} predictions were right."


def as_page(lines: tuple[SummaryLine, ...]) -> str:
    """Return the predictions as one self-contained, printable HTML page."""
    rows = "".join(
        "<tr>"
        f"<td>{'right' if line.grade.right else 'wrong'}</td>"
        + "".join(
            f"<td>{escape(text)}</td>"
            for text in (
                line.lesson,
                line.ask,
                line.grade.said,
                line.grade.found,
                line.grade.why,
            )
        )
        + "</tr>"
        for line in lines
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>What I predicted</title>'
        "<style>body{font:14px/1.4 sans-serif;margin:2rem}table{border-collapse:collapse}"
        "th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top}"
        "</style><h1>Shift Lab: what I predicted</h1>"
        f"<p>{escape(_score(lines))}</p><table><tr><th></th><th>Lesson</th><th>Asked</th>"
        f"<th>Said</th><th>Measured</th><th>Why</th></tr>{rows}</table></html>"
    )
