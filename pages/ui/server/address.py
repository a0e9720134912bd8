"""Where the app is served: at the root of its server, or under the base path that it is given."""

import streamlit as st

_BASE_PATH = st.get_option("server.baseUrlPath").strip("/")

BASE = f"/{_BASE_PATH}" if _BASE_PATH else ""
"""The prefix of every address of the app: empty, or a slash and the base path."""
