"""Present: scenes in a row on a projector, with notes that only the speaker sees."""

import streamlit as st

from pages.ui.present.prepare import preparation
from pages.ui.present.presentation import deck_of, presentation_of_link
from pages.ui.present.slides import show_slide, speaker_notes
from pages.ui.session.presenting import NOTES, PRESENT

projected, noted = presentation_of_link(PRESENT), presentation_of_link(NOTES)
presentation = projected or noted
if presentation is None:
    preparation()
else:
    deck = deck_of(presentation)
    if deck is not None and not deck.slides:
        st.info("Your own list has no slides yet. Write it on the page “Present”.")
    elif deck is not None:
        (show_slide if projected else speaker_notes)(presentation, deck)
