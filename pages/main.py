"""The router: all pages, in learning order."""

from pathlib import Path

import streamlit as st

from pages.ui.session.late_values import note_run_begin, note_run_end
from pages.ui.session.own_work import paced_run
from pages.ui.session.presenting import NOTES, begin, page_bar, presenting
from pages.ui.session.reconnecting import run_after_reconnect
from pages.ui.session.tab_state import note_navigation
from pages.ui.site import HOME, Entry, sections

ASSETS = Path(__file__).parent.parent / "assets"


def _page(entry: Entry) -> st.Page:
    is_home = entry.path == HOME
    return st.Page(entry.file, title=entry.title, icon=entry.icon, help=entry.line, default=is_home)


st.set_page_config(page_title="Shift Lab", page_icon=ASSETS / "icon.png", layout="wide")
st.html(ASSETS / "prose.css")
st.html(ASSETS / "access.css")
# A dialog lies outside the app's element, which alone has the color scheme. This gives the root the
# scheme that the page opened with; the stage updates it when it changes.
st.html(f"<style>:root {{ color-scheme: {st.context.theme.type or 'light'}; }}</style>")

pages = {section: [_page(entry) for entry in entries] for section, entries in sections()}
bare = presenting() or NOTES in st.query_params
page = st.navigation(pages, position="hidden" if bare else "top")
begin(page, [page for section in pages.values() for page in section])
note_run_begin()
note_navigation(page.url_path)
run_after_reconnect()
with paced_run():
    page.run()
if presenting():
    page_bar()
note_run_end()
