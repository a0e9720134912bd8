"""A table of layers that stays readable for a stack of two hundred."""

from __future__ import annotations

from typing import Literal

import streamlit as st

LONG = 12
"""Rows up to which a table is shown at its full height."""

TALL = 420
"""Screen pixels of a longer one, which scrolls in them."""


def scrolling_table(rows: list[dict[str, str]]) -> None:
    """Show rows by the names of their columns; many rows scroll below their header."""
    height: Literal["content"] | int = "content" if len(rows) <= LONG else TALL
    st.table(rows, hide_index=True, border="horizontal", height=height)
