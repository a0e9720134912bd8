"""The pool lens: numbers in a small grid, and what a pool keeps of where they are. Pure."""

from __future__ import annotations

from pages.ui.lens_maps import MapsLens


class PoolLens(MapsLens):
    """To be filled."""
