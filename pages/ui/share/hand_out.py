"""Handing out a scene: its link in large type and as a QR code, large enough for the back row."""

from __future__ import annotations

from html import escape
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
import streamlit as st

from pages.ui.scene.choices import UPLOAD
from pages.ui.scene.lenses import page_of
from pages.ui.scene.scene import Scene
from pages.ui.scene.short_link import short_query_string
from pages.ui.scene.workspaces import opening_scene
from pages.ui.session.tab_state import tab_state
from pages.ui.site import SITE

ONLY_HERE = (
    "This address works on this machine alone. Others can open the scene once you open the app by "
    "the machine's name or number in your network. Streamlit prints it as \u201cNetwork URL\u201d "
    "when it starts."
)
NO_PHOTO = "Your photo does not travel in a link. Others see a drawn picture in its place."
TOO_LONG = (
    "This link has {:,} characters, more than a QR code can hold. Take fewer kernels of your own, "
    "or round their weights."
)

_QUIET_ZONE = 4  # modules; the standard's minimum

# Dark on white in any theme, as QR readers expect. One click selects the whole link.
_STYLE = """
<style>
.hand-out-link { margin: 0 0 1rem; font-size: clamp(1.3rem, 3.2vw, 2rem); font-weight: 600;
  line-height: 1.3; overflow-wrap: anywhere; user-select: all; }
.hand-out-code { display: block; margin: auto; width: min(100%, 56vh); height: auto; }
</style>
"""


def hand_out_button() -> None:
    """Show a button that opens the link of the scene in large type and as a QR code."""
    if st.button("Hand out", key="hand_out", icon=":material/qr_code_2:"):
        _hand_out()


@st.dialog("Hand out this scene", width="large", icon=":material/qr_code_2:")
def _hand_out() -> None:
    scene = tab_state().scene
    link = short_link(scene, st.context.url or "")
    code = code_html(link)
    st.html(f"{_STYLE}{link_html(link)}{code or ''}")
    if code is None:
        st.info(TOO_LONG.format(len(link)))
    if is_loopback(link):
        st.warning(ONLY_HERE)
    if scene.image == UPLOAD:
        st.info(NO_PHOTO)


def short_link(scene: Scene, address: str) -> str:
    """Return the shortest link to a scene.

    address: of the page in the browser. For the app's root, the link leads to the root again; for
    any other page, it leads to the page of the scene's lens.

    >>> short_link(Scene(position=(3, 4), start=(3, 4)), "http://lab.example/feature_map_shifts?x=1")
    'http://lab.example/feature_map_shifts?at=3,4'
    """
    bare = address.split("?")[0].split("#")[0]
    before, slash, page = bare.rpartition("/")
    if any(entry.path == page for entry in SITE):
        bare = f"{before}{slash}{page_of(scene.lens)}"
    query = short_query_string(scene, opening_scene(scene.lens))
    return f"{bare}?{query}" if query else bare


def link_html(link: str) -> str:
    """Return a link as HTML in large type; lines break between its parts."""
    text = escape(link)
    for end in ("/", "?", "&amp;"):
        text = text.replace(end, f"{end}<wbr>" if end != "&amp;" else f"<wbr>{end}")
    return f'<p class="hand-out-link">{text}</p>'


def code_html(link: str) -> str | None:
    """Return the QR code of a link as an SVG image, or None when the link is too long."""
    try:
        code = segno.make(link, micro=False, error="m")
    except segno.DataOverflowError:
        return None
    drawing = code.svg_data_uri(border=_QUIET_ZONE, dark="#000", light="#fff", omitsize=True)
    return f'<img class="hand-out-code" alt="QR code of the link" src="{drawing}">'


def is_loopback(link: str) -> bool:
    """Whether a link has a loopback address, which works only on the server itself.

    >>> is_loopback("http://localhost:8501/"), is_loopback("http://192.168.1.20:8501/")
    (True, False)
    """
    host = urlsplit(link).hostname or "localhost"
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:  # a name, not an IP address
        return False
    return address.is_loopback or address.is_unspecified
