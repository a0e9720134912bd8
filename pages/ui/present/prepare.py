"""Prepares a presentation of the walkthrough's key moments or of a lecturer's own list."""

from __future__ import annotations

import streamlit as st

from pages.ui.present.deck import Deck, DeckName, read_deck, walkthrough_deck
from pages.ui.present.presentation import (
    last_presentation,
    own_list,
    start_presentation,
    write_own_list,
)
from pages.ui.present.slides import notes_link
from pages.ui.session.browser_storage import MAX_STORED_CHARACTERS, is_refused
from pages.ui.text.markdown import escape_markdown

_EXAMPLE = "/pooling_forgives?at=3,4&from=3,3 Ask first: what will the pool notice?"
_AREA, _UPLOAD, _TOO_LONG = "deck_area", "deck_upload", "deck_too_long"


def preparation() -> None:
    """Show the choice of the deck, the editor of the lecturer's own list, and the start button."""
    st.title("Present", anchor=False)
    st.markdown(
        "Show one scene after the other on a projector, as large as it allows. PageDown and PageUp "
        "turn the slides, as does a clicker. Escape leaves. Every slide can be dragged."
    )
    ready, own = st.columns(2, gap="large")
    with ready:
        st.header("The walkthrough’s key moments", anchor=False)
        _contents("walkthrough", walkthrough_deck())
    with own:
        st.header("Your own list", anchor=False)
        _own_list()


def _own_list() -> None:
    text = own_list()
    if text is None:
        return  # the browser has not sent the list yet
    st.session_state[_AREA] = text
    st.text_area(
        "One link a line. What follows a link are your notes for that slide.",
        key=_AREA,
        height=200,
        max_chars=MAX_STORED_CHARACTERS,
        placeholder=_EXAMPLE,
        on_change=lambda: write_own_list(st.session_state[_AREA]),
        help="“Copy link” under every stage gives a link. Your browser keeps this list. Lines that "
        "begin with # are passed over.",
    )
    if text and is_refused("deck"):
        st.warning(
            "This browser did not store your list, because its storage is full or switched off. "
            "You lose it when you close this tab. Save it as a text file below."
        )
    deck = read_deck(text)
    if deck.problems:
        st.warning("\n".join(f"- {escape_markdown(problem)}" for problem in deck.problems))
    _contents("own", deck)
    with st.expander("Keep the list as a file, or bring one"):
        st.download_button(
            "Save as a text file", text, "slides.txt", disabled=not text, on_click="ignore"
        )
        too_long = st.session_state.pop(_TOO_LONG, "")
        if too_long:
            st.error(too_long)
        st.file_uploader("A list from a text file", type=["txt"], key=_UPLOAD, on_change=_bring)


def _bring() -> None:
    upload = st.session_state[_UPLOAD]
    if upload is None:
        return
    text = upload.getvalue().decode("utf-8", errors="replace")
    if len(text) > MAX_STORED_CHARACTERS:
        st.session_state[_TOO_LONG] = (
            f"The list has {len(text):,} characters; at most {MAX_STORED_CHARACTERS:,} are kept. "
            "Make it shorter."
        )
    else:
        write_own_list(text)


def _contents(name: DeckName, deck: Deck) -> None:
    if not deck.slides:
        return
    with st.container(horizontal=True):
        st.button(
            "Start", key=f"start_{name}", type="primary", on_click=start_presentation, args=(name,)
        )
        last = last_presentation()
        if last is not None and last.name == name and 0 < last.slide < len(deck.slides):
            st.button(
                f"Go on at slide {last.slide + 1}",
                key=f"go_on_{name}",
                on_click=start_presentation,
                args=(name, last.slide),
            )
        st.link_button(
            "Open the speaker’s notes", notes_link(name), icon=":material/speaker_notes:"
        )
    st.caption(
        "The notes open in a window of their own, which follows the slides. Keep it on your own "
        "screen, and drag this one to the projector."
    )
    st.markdown("\n".join(f"1. {slide.title}" for slide in deck.slides))
