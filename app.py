"""The ASGI app: Streamlit over pages/main.py, and the stage's files beside it.

Run it with ``streamlit run app.py``.
"""

from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

ROOT = Path(__file__).parent
BASE_URL = st.get_option("server.baseUrlPath").strip("/")

app = st.App(
    ROOT / "pages" / "main.py",
    routes=[
        Mount(
            f"/{BASE_URL}/assets" if BASE_URL else "/assets", StaticFiles(directory=ROOT / "assets")
        )
    ],
)
