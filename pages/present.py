"""Present: a run of scenes for the projector, with notes that only the speaker sees."""

import streamlit as st

from pages.ui.deck_controls import prepare
from pages.ui.presenting import NOTES, PRESENT
from pages.ui.run import deck_of, run_of_link
from pages.ui.slides import show_slide, speaker_notes

projected, noted = run_of_link(PRESENT), run_of_link(NOTES)
run = projected or noted
if run is None:
    prepare()
else:
    deck = deck_of(run)
    if deck is not None and not deck.slides:
        st.info("Your own list has no slides yet. Write it on the page “Present”.")
    elif deck is not None:
        (show_slide if projected else speaker_notes)(run, deck)
