"""How tall a list of layers gets before it scrolls, so that two hundred do not push all else away.

Pure: no Streamlit here.
"""

from __future__ import annotations

from typing import Literal

LONG = 12
"""Layers up to which a list is shown at its full height."""

TALL = 420
"""Screen pixels of a longer one, which scrolls in them."""


def height_for(layers: int) -> Literal["content"] | int:
    """Return the height of a list of so many layers, as Streamlit takes it.

    >>> height_for(3), height_for(200)
    ('content', 420)
    """
    return "content" if layers <= LONG else TALL
