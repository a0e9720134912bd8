"""Every lens by its name in a scene; a lens is the object `LENS` of the module with its name."""

from __future__ import annotations

from importlib import import_module

from pages.ui.render.lens import Lens
from pages.ui.scene.lenses import LENS_NAMES, LensName

LENSES: dict[LensName, Lens] = {
    name: import_module(f"pages.ui.render.{name}").LENS for name in LENS_NAMES
}
