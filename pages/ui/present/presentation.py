"""A run of slides: which deck, which slide, in this window's link; both windows turn alike."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import streamlit as st

from pages.ui.present.deck import DECKS, Deck, DeckName, read_deck, walkthrough
from pages.ui.session.browser_storage import keep_text, kept_text
from pages.ui.session.presenting import ON
from pages.ui.session.tab_state import is_settling

_RUN, _TEXT = "run", "own_deck"


@dataclass
class Run:
    """Where this window is in a deck; slide: from 0.

    turns: counts the pages that were turned in this window, so that the other one hears of each.
    talk: names what was started here; None after a reload.
    """

    name: DeckName
    slide: int = 0
    turns: int = 0
    talk: str | None = None
    mode: dict[str, str] = field(default_factory=dict)

    def turn(self, slide: int) -> None:
        """Turn to a slide, and let the other window know."""
        self.turns += 1
        self.follow(slide)

    def follow(self, slide: int) -> None:
        """Turn to a slide as the other window has done."""
        self.slide = slide
        self.write_link()

    def write_link(self) -> None:
        """Let the link name the slide, and no scene: it is found as it was left."""
        place = {"deck": self.name, "slide": str(self.slide + 1)}
        st.query_params.from_dict({**self.mode, **place})


def start(name: DeckName, slide: int = 0) -> None:
    """Begin a run, or go on with it at a slide."""
    talk = None if slide else secrets.token_hex(4)
    run = st.session_state[_RUN] = Run(name, slide, talk=talk, mode=ON)
    run.write_link()


def last_run() -> Run | None:
    """Return the run that this browser tab was in last, if it was in any."""
    found: Run | None = st.session_state.get(_RUN)
    return found


def run_of_link(mode: str) -> Run | None:
    """Return the run that the link names, at the link's slide.

    mode: the query parameter of the window, `PRESENT` or `NOTES`.
    """
    name = next((deck for deck in DECKS if deck == st.query_params.get("deck")), None)
    if name is None or st.query_params.get(mode) != "1":
        return None
    number = st.query_params.get("slide", "1")
    slide = max(int(number) - 1, 0) if number.isdecimal() and len(number) < 4 else 0
    run = last_run()
    if run is None or run.name != name:
        run = st.session_state[_RUN] = Run(name, slide)
    run.mode = {mode: "1"}
    if run.slide != slide and is_settling():
        run.write_link()  # sent before the browser heard of the page that was turned
    elif run.slide != slide:
        run.slide = slide
        run.turns += 1
    return run


def deck_of(run: Run) -> Deck | None:
    """Return a run's deck; None until the browser has told of one's own.

    A run that stands behind the last slide is put on it.
    """
    text = own_text() if run.name == "own" else ""
    if text is None:
        return None
    deck = walkthrough() if run.name == "walkthrough" else read_deck(text)
    run.slide = min(run.slide, max(len(deck.slides) - 1, 0))
    return deck


def own_text() -> str | None:
    """Return one's own list of slides, which the browser keeps; None until it has told.

    To be called once a run.
    """
    text: str | None = st.session_state.get(_TEXT)
    keep_text("deck", text)
    return kept_text("deck") if text is None else text


def write_own_text(text: str) -> None:
    """Replace one's own list; the browser keeps it from the next run on."""
    st.session_state[_TEXT] = text
