"""The home page's way into the walkthrough."""

from __future__ import annotations

import streamlit as st

from pages.ui.lessons.map import next_lesson
from pages.ui.lessons.position import current_progress, first_open, store_progress
from pages.ui.lessons.reader import load_lessons
from pages.ui.site import entry_of, link_to
from pages.ui.text.prose import prose

_LEARN = "learn"


def walkthrough_card() -> None:
    """Offer the walkthrough: to begin it, or to resume it at the step that the learner saw last."""
    lesson_set = load_lessons()
    here = current_progress(lesson_set)
    done = sum(here.count(lesson) for lesson in lesson_set.lessons)
    steps = sum(len(lesson.steps) for lesson in lesson_set.lessons)
    st.header("Step by step", anchor=False)
    prose(entry_of(_LEARN).line + (f" You have done {done} of {steps} steps." if done else ""))
    following = next_lesson(lesson_set, here)
    if following is None:
        link_to(_LEARN)
        return
    label = f"{'Go on' if done else 'Start'}: {following.title}"
    if st.button(label, key="to_lesson", type="primary", icon=entry_of(_LEARN).icon):
        query = {"lesson": following.name, "step": str(first_open(following, here) + 1)}
        st.switch_page(entry_of(_LEARN).file, query_params=query)
    store_progress()
