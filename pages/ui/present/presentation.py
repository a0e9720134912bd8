"""A presentation: which deck and which slide this window shows, as its link says."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import streamlit as st

from pages.ui.present.deck import DECKS, Deck, DeckName, read_deck, walkthrough_deck
from pages.ui.session.browser_storage import store_text, stored_text
from pages.ui.session.late_values import is_settling
from pages.ui.session.presenting import ON

_PRESENTATION, _LIST = "presentation", "own_deck"


@dataclass
class Presentation:
    """The position of this window in a deck.

    slide: its index. page_turns: counts the slides turned in this window; the other window follows
    when it grows. talk_id: identifies a talk that was started here; None after a reload. mode: the
    query parameters of this window, `PRESENT` or `NOTES`.
    """

    name: DeckName
    slide: int = 0
    page_turns: int = 0
    talk_id: str | None = None
    mode: dict[str, str] = field(default_factory=dict)

    def turn(self, slide: int) -> None:
        """Turn to a slide here and in the other window."""
        self.page_turns += 1
        self.follow(slide)

    def follow(self, slide: int) -> None:
        """Turn to a slide that the other window shows already."""
        self.slide = slide
        self.write_link()

    def write_link(self) -> None:
        """Write deck and slide into the link, but no scene: a slide's workspace stores that."""
        place = {"deck": self.name, "slide": str(self.slide + 1)}
        st.query_params.from_dict({**self.mode, **place})


def start_presentation(name: DeckName, slide: int = 0) -> None:
    """Start a presentation, or resume it at a slide."""
    talk_id = None if slide else secrets.token_hex(4)
    presentation = st.session_state[_PRESENTATION] = Presentation(
        name, slide, talk_id=talk_id, mode=ON
    )
    presentation.write_link()


def last_presentation() -> Presentation | None:
    """Return the presentation that this browser tab showed last, if any."""
    found: Presentation | None = st.session_state.get(_PRESENTATION)
    return found


def presentation_of_link(mode: str) -> Presentation | None:
    """Return the presentation that the link names, at the link's slide.

    mode: the query parameter of the window, `PRESENT` or `NOTES`.
    """
    name = next((deck for deck in DECKS if deck == st.query_params.get("deck")), None)
    if name is None or st.query_params.get(mode) != "1":
        return None
    number = st.query_params.get("slide", "1")
    slide = max(int(number) - 1, 0) if number.isdecimal() and len(number) < 4 else 0
    presentation = last_presentation()
    if presentation is None or presentation.name != name:
        presentation = st.session_state[_PRESENTATION] = Presentation(name, slide)
    presentation.mode = {mode: "1"}
    if presentation.slide != slide and is_settling():
        presentation.write_link()  # the browser sent this link before it received the new slide
    elif presentation.slide != slide:
        presentation.slide = slide
        presentation.page_turns += 1
    return presentation


def deck_of(presentation: Presentation) -> Deck | None:
    """Return a presentation's deck; None until the browser has sent the lecturer's own list.

    A presentation that is past the last slide moves back to it.
    """
    text = own_list() if presentation.name == "own" else ""
    if text is None:
        return None
    deck = walkthrough_deck() if presentation.name == "walkthrough" else read_deck(text)
    presentation.slide = min(presentation.slide, max(len(deck.slides) - 1, 0))
    return deck


def own_list() -> str | None:
    """Return the lecturer's own list of slides, stored by the browser; None until it has sent it.

    Call it once per script run.
    """
    text: str | None = st.session_state.get(_LIST)
    store_text("deck", text)
    return stored_text("deck") if text is None else text


def write_own_list(text: str) -> None:
    """Replace the lecturer's own list; the browser stores it in the next script run."""
    st.session_state[_LIST] = text
