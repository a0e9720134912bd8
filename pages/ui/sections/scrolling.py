"""The height of a list of layers: a long one scrolls. Pure."""

from __future__ import annotations

from typing import Literal

MAX_UNSCROLLED = 12
"""Layers up to which a list has its full height."""

SCROLL_HEIGHT = 420
"""Height of a longer list in screen pixels."""


def list_height(layers: int) -> Literal["content"] | int:
    """Return the height of a list of layers, in Streamlit's terms.

    >>> list_height(3), list_height(200)
    ('content', 420)
    """
    return "content" if layers <= MAX_UNSCROLLED else SCROLL_HEIGHT
