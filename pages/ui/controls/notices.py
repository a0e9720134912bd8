"""Notices about unusable parts of a link and about refused changes of a control."""

from __future__ import annotations

import streamlit as st

from pages.ui.session.tab_state import tab_state
from pages.ui.text.markdown import escape_markdown


def show_link_notices() -> None:
    """Show why parts of the page's link could not be used, if there are any."""
    notices = tab_state().notices
    if notices:
        st.warning("\n".join(f"- {escape_markdown(notice)}" for notice in notices))


def show_problem(control: str) -> None:
    """Say why the last change of a control was refused, if it was."""
    sentence = tab_state().problems.get(control)
    if sentence:
        st.error(escape_markdown(sentence))
