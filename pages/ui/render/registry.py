"""Every lens by its name in a scene."""

from __future__ import annotations

from pages.ui.render.equivariance import RoadsLens
from pages.ui.render.fields import FieldsLens
from pages.ui.render.heads import HeadsLens
from pages.ui.render.lens import Lens
from pages.ui.render.maps import MapsLens
from pages.ui.render.parts import PartsLens
from pages.ui.render.pool import PoolLens
from pages.ui.render.weight_sharing import SharingLens
from pages.ui.render.window import WindowLens

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
