"""The sharing lens: one kernel for all places beside a kernel for each. Pure."""

from __future__ import annotations

from pages.ui.lens_maps import MapsLens


class SharingLens(MapsLens):
    """To be filled."""
