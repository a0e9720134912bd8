"""Walkthrough: lessons in which the learner predicts, drags, and sees."""

from pages.ui.lessons import position
from pages.ui.lessons.focus import move_focus
from pages.ui.lessons.map import lesson_map
from pages.ui.lessons.reader import load_lessons
from pages.ui.lessons.step import lesson_step
from pages.ui.lessons.summary import lesson_summary

lesson_set = load_lessons()
progress = position.current_progress(lesson_set)
lesson, at, problem = position.step_of_link(lesson_set)

if lesson is not None:
    lesson_step(lesson_set, lesson, at, progress, problem)
elif position.is_summary():
    lesson_summary(lesson_set, progress)
else:
    lesson_map(lesson_set, progress, problem)
if lesson is None:
    move_focus("summary" if position.is_summary() else "map")
position.store_progress()
