"""The roads lens: shift then convolve beside convolve then shift. Pure."""

from __future__ import annotations

from pages.ui.lens_maps import MapsLens


class RoadsLens(MapsLens):
    """To be filled."""
