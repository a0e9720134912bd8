"""The window lens: one cell of a convolution, product by product. Pure."""

from __future__ import annotations

from pages.ui.lens_maps import MapsLens


class WindowLens(MapsLens):
    """To be filled."""
