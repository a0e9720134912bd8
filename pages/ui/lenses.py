"""Every lens by its name in a scene."""

from __future__ import annotations

from pages.ui.lens import Lens
from pages.ui.lens_fields import FieldsLens
from pages.ui.lens_heads import HeadsLens
from pages.ui.lens_maps import MapsLens
from pages.ui.lens_parts import PartsLens
from pages.ui.lens_pool import PoolLens
from pages.ui.lens_roads import RoadsLens
from pages.ui.lens_sharing import SharingLens
from pages.ui.lens_window import WindowLens

LENSES: dict[str, Lens] = {
    "maps": MapsLens(),
    "pool": PoolLens(),
    "window": WindowLens(),
    "roads": RoadsLens(),
    "sharing": SharingLens(),
    "fields": FieldsLens(),
    "heads": HeadsLens(),
    "parts": PartsLens(),
}
