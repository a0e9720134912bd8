"""Every lens by its name in a scene."""

from __future__ import annotations

from pages.ui.lens import Lens
from pages.ui.lens_maps import MapsLens

LENSES: dict[str, Lens] = {
    "maps": MapsLens(),
}
