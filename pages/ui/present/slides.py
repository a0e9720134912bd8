"""A slide on the projector, and in the speaker's window what the class does not see."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui.controls.heads_training import training_for
from pages.ui.controls.notices import show_link_notices
from pages.ui.present.deck import Deck
from pages.ui.present.presentation import Run
from pages.ui.present.window_sync import follow
from pages.ui.scene.link import to_query
from pages.ui.scene.workspaces import page_of
from pages.ui.server.address import BASE
from pages.ui.session.presenting import NOTES, PRESENT, go_to, turning_bar
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


def show_slide(run: Run, deck: Deck) -> None:
    """Show the slide at which a run is, and nothing else."""
    slide = deck.slides[run.slide]
    open_workspace(slide.room(run.slide), slide.scene.lens)
    follow(run.name, run.slide, run.turns, run.talk, _turn_within(run, deck))
    st.title(slide.title, anchor=False)
    if slide.ask:
        prose(slide.ask)
    show_link_notices()
    last = training_for(slide.scene)
    stage(bar=lambda: _slide_bar(run, deck), last=last)


def _slide_bar(run: Run, deck: Deck) -> None:
    slide = deck.slides[run.slide]

    def more() -> None:
        hand_out_button()
        if tab_state().scene != slide.scene:
            st.button("Start over", key="start_over", icon=":material/replay:", on_click=reset)
        st.link_button("Notes", notes_link(run.name), icon=":material/speaker_notes:")

    def reset() -> None:
        tab_state().change(lambda _: slide.scene, "start_over")

    def leave() -> None:
        scene = tab_state().scene
        go_to(page_of(scene.lens), to_query(scene))

    turning_bar(run.slide, len(deck.slides), run.turn, leave, more)


def speaker_notes(run: Run, deck: Deck) -> None:
    """Show the speaker the notes of the slide that is on the projector, and what comes next."""
    st.html(_NOTES_STYLE)
    slide, following = deck.slides[run.slide], deck.slides[run.slide + 1 : run.slide + 2]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Slide {run.slide + 1} of {len(deck.slides)}", width="stretch")
        follow(run.name, run.slide, run.turns, None, _turn_within(run, deck), clock=True)
    st.title(slide.title, anchor=False)
    with st.container(key="notes"):
        st.markdown(escape_markdown(slide.notes) or "There are no notes for this slide.")
    st.markdown(f"**Next:** {following[0].title}" if following else "This is the last slide.")
    turning_bar(run.slide, len(deck.slides), run.turn, None)


def _turn_within(run: Run, deck: Deck) -> Callable[[int], None]:
    def turn(slide: int) -> None:
        if 0 <= slide < len(deck.slides):
            run.follow(slide)

    return turn
