"""Walkthrough: lessons in which one predicts, drags, and sees."""

from pages.ui import walkthrough
from pages.ui.landing import landing
from pages.ui.lesson_map import lesson_map
from pages.ui.lesson_step import lesson_step
from pages.ui.lesson_summary import lesson_summary
from pages.ui.lessons import lessons

book = lessons()
progress = walkthrough.progress(book)
lesson, at, problem = walkthrough.place(book)

if lesson is not None:
    lesson_step(book, lesson, at, progress, problem)
elif walkthrough.is_summary():
    lesson_summary(book, progress)
else:
    lesson_map(book, progress, problem)
if lesson is None:
    landing("summary" if walkthrough.is_summary() else "map")
walkthrough.remember()
