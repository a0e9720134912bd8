"""The fields lens: how far one unit sees, and what of that counts. Pure."""

from __future__ import annotations

from pages.ui.lens_maps import MapsLens


class FieldsLens(MapsLens):
    """To be filled."""
