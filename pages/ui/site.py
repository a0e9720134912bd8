"""The table of the app's pages, in learning order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

import streamlit as st


class Entry(NamedTuple):
    """A page in the navigation.

    path: the name of its file without the extension; also its address. line: one sentence on what
    it is for. section: of the navigation; empty for a page outside all sections.
    """

    path: str
    title: str
    icon: str
    line: str
    section: str = ""

    @property
    def file(self) -> str:
        """The page's file, as Streamlit names it."""
        return f"{self.path}.py"


HOME = "home"
EXPLORE, MORE = "Explore", "More"

SITE = (
    Entry(HOME, "Home", ":material/home:", "The idea in one sentence, and a picture to drag."),
    Entry(
        "learn",
        "Walkthrough",
        ":material/school:",
        "Short lessons in which you predict, drag and see.",
    ),
    Entry(
        "feature_map_shifts",
        "Feature-map shifts",
        ":material/open_with:",
        "Drag a pattern and watch every layer follow it, or fail to.",
        EXPLORE,
    ),
    Entry(
        "convolution_follows",
        "Convolution follows",
        ":material/select_all:",
        "One kernel at work, window by window, and why its answer moves along.",
        EXPLORE,
    ),
    Entry(
        "pooling_forgives",
        "Pooling forgives",
        ":material/grid_on:",
        "A small grid of numbers: which moves does a pool not notice?",
        EXPLORE,
    ),
    Entry(
        "how_far_a_neuron_sees",
        "How far a neuron sees",
        ":material/center_focus_weak:",
        "The part of the picture that one neuron sees, layer by layer.",
        EXPLORE,
    ),
    Entry(
        "the_head_decides",
        "The head decides",
        ":material/account_tree:",
        "Train three heads, then drag the pattern to where they never saw it.",
        EXPLORE,
    ),
    Entry(
        "parts_and_places",
        "Parts and places",
        ":material/face:",
        "Scramble a face and see how much pooling is too much.",
        EXPLORE,
    ),
    Entry(
        "claim_check",
        "Claim check",
        ":material/fact_check:",
        "What is often said of these networks, and what of it holds.",
        MORE,
    ),
    Entry(
        "present",
        "Present",
        ":material/slideshow:",
        "A run of scenes for the projector, with notes that only you see.",
        MORE,
    ),
    Entry(
        "glossary",
        "Glossary",
        ":material/menu_book:",
        "Every term in plain words, with a scene that shows it.",
        MORE,
    ),
)
"""Every page, in learning order."""


def sections() -> Iterator[tuple[str, list[Entry]]]:
    """Return the sections of the navigation, each with its pages."""
    for section, entries in groupby(SITE, key=lambda entry: entry.section):
        yield section, list(entries)


def entry_of(path: str) -> Entry:
    """Return the page of an address.

    >>> entry_of("home").title
    'Home'
    """
    return next(entry for entry in SITE if entry.path == path)


def link_to(path: str, query: Mapping[str, str] | None = None, *, label: str = "") -> None:
    """Show a link to a page, or to a scene on it.

    path: the page's address. query: of the scene. label: Markdown; by default the page's title.
    """
    entry = entry_of(path)
    st.page_link(
        entry.file, label=label or entry.title, icon=entry.icon, query_params=dict(query or {})
    )
