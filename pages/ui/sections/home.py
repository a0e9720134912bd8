"""Below the home page's stage: the three ideas, and a list of all pages."""

from __future__ import annotations

import streamlit as st

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
"""Two sentences for each page that shows one of the ideas."""


def three_ideas() -> None:
    """Show the three ideas, each with a link to its page."""
    st.header("Three ideas", anchor=False)
    grid = st.grid(3, min_column_width=260, gap="medium")
    for path, text in _IDEAS.items():
        with grid.cell():
            link_to(path, label=f"**{entry_of(path).title}**")
            prose(text)


def all_pages() -> None:
    """Show all other pages in learning order, each with what it is for."""
    st.header("All pages", anchor=False)
    grid = st.grid(3, min_column_width=260, gap=("small", "medium"))
    for entry in SITE:
        if entry.path != HOME:
            with grid.cell(), st.container(gap=None):
                link_to(entry.path)
                st.caption(entry.line)
