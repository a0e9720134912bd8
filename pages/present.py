"""Present: a run of scenes for the projector, with notes that only the speaker sees."""

import streamlit as st

from pages.ui.present.prepare import prepare
from pages.ui.present.presentation import deck_of, run_of_link
from pages.ui.present.slides import show_slide, speaker_notes
from pages.ui.session.presenting import NOTES, PRESENT

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
