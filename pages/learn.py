"""Walkthrough: lessons in which one predicts, drags, and sees."""

from pages.ui.lessons import position
from pages.ui.lessons.focus import landing
from pages.ui.lessons.map import lesson_map
from pages.ui.lessons.reader import lessons
from pages.ui.lessons.step import lesson_step
from pages.ui.lessons.summary import lesson_summary

book = lessons()
progress = position.progress(book)
lesson, at, problem = position.place(book)

if lesson is not None:
    lesson_step(book, lesson, at, progress, problem)
elif position.is_summary():
    lesson_summary(book, progress)
else:
    lesson_map(book, progress, problem)
if lesson is None:
    landing("summary" if position.is_summary() else "map")
position.remember()
