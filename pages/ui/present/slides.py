"""The projector's window with a slide, and the speaker's window with its notes."""

from __future__ import annotations

import streamlit as st

from pages.ui.controls.heads_training import training_for
from pages.ui.controls.notices import show_link_notices
from pages.ui.present.deck import Deck
from pages.ui.present.presentation import Presentation
from pages.ui.present.window_sync import sync_windows
from pages.ui.scene.lenses import page_of
from pages.ui.scene.link import to_query
from pages.ui.server.address import BASE
from pages.ui.session.presenting import NOTES, PRESENT, end_page_if_presenting, go_to, turning_bar
from pages.ui.session.tab_state import open_workspace, tab_state
from pages.ui.share.hand_out import hand_out_button
from pages.ui.stage.stage import stage
from pages.ui.text.markdown import escape_markdown
from pages.ui.text.prose import prose

_NOTES_STYLE = """
<style>
[data-testid="stHeader"] { display: none; }
.st-key-notes p { font-size: clamp(1.3rem, 3vw, 2.2rem); line-height: 1.4; }
</style>
"""


def notes_link(name: str) -> str:
    """Return the address of the speaker's window for a deck."""
    return f"{BASE}/{PRESENT}?{NOTES}=1&deck={name}"


def show_slide(presentation: Presentation, deck: Deck) -> None:
    """Show the current slide and nothing else, for the projector."""
    slide = deck.slides[presentation.slide]
    open_workspace(slide.workspace(presentation.slide), slide.scene.lens)
    _sync(presentation, deck, talk_id=presentation.talk_id)
    st.title(slide.title, anchor=False)
    if slide.ask:
        prose(slide.ask)
    show_link_notices()
    last = training_for(slide.scene)
    stage()
    end_page_if_presenting(lambda: _slide_bar(presentation, deck), last)


def _slide_bar(presentation: Presentation, deck: Deck) -> None:
    slide = deck.slides[presentation.slide]

    def more() -> None:
        hand_out_button()
        if tab_state().scene != slide.scene:
            st.button("Start over", key="start_over", icon=":material/replay:", on_click=reset)
        st.link_button("Notes", notes_link(presentation.name), icon=":material/speaker_notes:")

    def reset() -> None:
        tab_state().change(lambda _: slide.scene, "start_over")

    def leave() -> None:
        scene = tab_state().scene
        go_to(page_of(scene.lens), to_query(scene))

    turning_bar(presentation.slide, len(deck.slides), presentation.turn, leave, more)


def speaker_notes(presentation: Presentation, deck: Deck) -> None:
    """Show the notes of the current slide and the title of the next one, for the speaker."""
    st.html(_NOTES_STYLE)
    at = presentation.slide
    slide, following = deck.slides[at], deck.slides[at + 1 : at + 2]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Slide {at + 1} of {len(deck.slides)}", width="stretch")
        _sync(presentation, deck, talk_id=None, clock=True)
    st.title(slide.title, anchor=False)
    with st.container(key="notes"):
        st.markdown(escape_markdown(slide.notes) or "There are no notes for this slide.")
    st.markdown(f"**Next:** {following[0].title}" if following else "This is the last slide.")
    turning_bar(at, len(deck.slides), presentation.turn, None)


def _sync(
    presentation: Presentation, deck: Deck, *, talk_id: str | None, clock: bool = False
) -> None:
    """Keep this window and the other one on the same slide."""

    def follow(slide: int) -> None:
        if 0 <= slide < len(deck.slides):
            presentation.follow(slide)

    sync_windows(
        presentation.name,
        presentation.slide,
        presentation.page_turns,
        talk_id,
        follow,
        clock=clock,
    )
