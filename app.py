"""The ASGI app: Streamlit over pages/main.py, the stage's files and its frame socket beside it.

Run it with ``streamlit run app.py``.
"""

from pathlib import Path

import streamlit as st
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles

from pages.ui.frame_socket import frames

ROOT = Path(__file__).parent
BASE_URL = st.get_option("server.baseUrlPath").strip("/")
BASE = f"/{BASE_URL}" if BASE_URL else ""

app = st.App(
    ROOT / "pages" / "main.py",
    routes=[
        Mount(f"{BASE}/assets", StaticFiles(directory=ROOT / "assets")),
        WebSocketRoute(f"{BASE}/frames", frames),
    ],
)
