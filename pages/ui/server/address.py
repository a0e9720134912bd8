"""The base path of the app: empty at the root of its server."""

import streamlit as st

_BASE_PATH = st.get_option("server.baseUrlPath").strip("/")

BASE = f"/{_BASE_PATH}" if _BASE_PATH else ""
"""The prefix of all addresses of the app: empty, or a slash and the base path."""
