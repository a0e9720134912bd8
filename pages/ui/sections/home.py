"""What stands below the stage of the front door: the three ideas, the walkthrough, the pages."""

from __future__ import annotations

import streamlit as st

from pages.ui.lessons.map import next_lesson
from pages.ui.lessons.position import current_progress, first_open, store_progress
from pages.ui.lessons.reader import load_lessons
from pages.ui.site import HOME, SITE, entry_of, link_to
from pages.ui.text.prose import prose

_IDEAS = {
    "convolution_follows": "A convolution looks for the same thing at every place. When the "
    "pattern moves, its answer moves along.",
    "pooling_forgives": "A pool keeps one number of each window. A small move within a window "
    "can leave that number as it was.",
    "the_head_decides": "The head turns the last maps into an answer. Some heads care where the "
    "pattern is, others do not.",
}
"""What each page with an idea shows, in two sentences."""

_LEARN = "learn"


def three_ideas() -> None:
    """Tell the three ideas, each with the page that shows it."""
    st.header("Three ideas", anchor=False)
    grid = st.grid(3, min_column_width=260, gap="medium")
    for path, text in _IDEAS.items():
        with grid.cell():
            link_to(path, label=f"**{entry_of(path).title}**")
            prose(text)


def walkthrough_section() -> None:
    """Offer the walkthrough: to begin it, or to go on where the learner was last."""
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


def all_pages() -> None:
    """List every other page, in the order in which one learns, and what it is for."""
    st.header("All pages", anchor=False)
    grid = st.grid(3, min_column_width=260, gap=("small", "medium"))
    for entry in SITE:
        if entry.path != HOME:
            with grid.cell(), st.container(gap=None):
                link_to(entry.path)
                st.caption(entry.line)
