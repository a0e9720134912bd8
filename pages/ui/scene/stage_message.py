"""The messages of the stage, checked as if a stranger had written them. Pure."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pages.ui.scene.choices import RINGS, VIEWS, Ring, View
from pages.ui.scene.face import FaceParts
from pages.ui.scene.grid import GRID_SIZES
from pages.ui.scene.head_training import BLOCKS, HEX
from pages.ui.scene.limits import SceneError
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.faces.parts import FACE_PARTS, Places
from rfcore.layers import Pair


@dataclass(frozen=True)
class StageMessage:
    """One message of the stage.

    mount: which stage on which screen sent it; token: its number there, rising.
    known_scene: the scene whose fixed parts the browser has; known_start: the place whose maps it
    has as "start". committed: whether the drag, or the key, has ended with it. probe: the unit
    that is pointed at, pinned or not; pointed: the pixel that is. Of what only some lenses have,
    None: as it
    was; no pinned_pixel: none is pinned. painted: the blocks in which examples may lie. places: of
    the parts of a face; grid: the one shown on it.
    """

    mount: str
    token: int
    revision: int
    known_scene: str
    known_start: Pair | None
    position: Pair
    start: Pair
    unit: Unit | None
    channels: tuple[int, ...]
    view: View
    committed: bool
    probe: Unit | None = None
    pointed: Pair | None = None
    pinned_pixel: tuple[Pair, ...] | None = None
    rings: tuple[Ring, ...] | None = None
    cells: str | None = None
    weights: tuple[str, ...] | None = None
    painted: str | None = None
    places: Places | None = None
    grid: int | None = None

    def applied_to(self, scene: Scene) -> Scene:
        """Return the scene after this message; raises SceneError when that is impossible."""
        changed = scene
        for layer, channel in enumerate(self.channels[: len(scene.channels)]):
            if channel != scene.channels[layer]:
                changed = changed.with_channel(layer, channel)
        if self.weights is not None:
            changed = changed.with_weights(self.weights)
        if self.painted is not None:
            if changed.training is None:
                raise SceneError("there are no heads here whose examples could be painted")
            changed = replace(changed, training=replace(changed.training, where=self.painted))
        if self.pinned_pixel is not None:
            changed = replace(changed, pixel=next(iter(self.pinned_pixel), None))
        return replace(
            changed,
            position=self.position,
            start=self.start,
            unit=self.unit,
            view=self.view,
            rings=changed.rings if self.rings is None else self.rings,
            cells=changed.cells if self.cells is None else self.cells,
            parts=self._parts_of(scene),
        )

    def _parts_of(self, scene: Scene) -> FaceParts | None:
        parts = scene.parts
        if self.places is None and self.grid is None:
            return parts
        if parts is None:
            raise SceneError("there is no face here whose parts could move")
        if self.places is not None:
            parts = parts.dragged_to(self.places)
        return parts if self.grid is None else replace(parts, grid=self.grid)


def parse_message(message: object) -> StageMessage:
    """Read a message of the stage.

    Raises SceneError, a sentence, when any part of it is not what the stage sends.
    """
    if not isinstance(message, Mapping):
        raise SceneError(f"the stage sends a message with named parts, got {_shown(message)}")
    view = message.get("view", "now")
    if view not in VIEWS:
        raise SceneError(f"a map shows {', '.join(VIEWS)}, got {_shown(view)}")
    unit = message.get("unit")
    channels = message.get("channels")
    if not isinstance(channels, list):
        raise SceneError(f"the shown channels are a list of numbers, got {_shown(channels)}")
    known_start = message.get("knownStart")
    probe, pointed = message.get("probe"), message.get("pointed")
    return StageMessage(
        mount=_text(message, "mount"),
        token=_whole(message.get("token"), "the message's number"),
        revision=_whole(message.get("revision"), "the scene's number"),
        known_scene=_text(message, "knownScene"),
        known_start=None if known_start is None else _place(known_start, "the known start"),
        position=_place(message.get("position"), "the pattern's position"),
        start=_place(message.get("start"), "the start of the drag"),
        unit=None if unit is None else _unit(unit),
        channels=tuple(_whole(channel, "a channel") for channel in channels[:100]),
        view=view,
        committed=message.get("committed") is True,
        probe=None if probe is None else _unit(probe),
        pointed=None if pointed is None else _place(pointed, "the pixel pointed at"),
        pinned_pixel=_pinned_pixel(message),
        rings=_rings(message.get("rings")),
        cells=_cells(message.get("cells")),
        weights=_weights(message.get("weights")),
        painted=_painted(message.get("painted")),
        places=_places(message.get("parts")),
        grid=_grid(message.get("grid")),
    )


def _pinned_pixel(message: Mapping[Any, Any]) -> tuple[Pair, ...] | None:
    if "pixel" not in message:
        return None
    pixel = message["pixel"]
    return () if pixel is None else (_place(pixel, "the pinned pixel"),)


def _rings(value: object) -> tuple[Ring, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > len(RINGS):
        raise SceneError(f"the rings are a list of names, got {_shown(value)}")
    for name in value:
        if name not in RINGS:
            raise SceneError(f"a ring is one of {', '.join(RINGS)}, got {_shown(name)}")
    return tuple(ring for ring in RINGS if ring in value)


def _cells(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > GRID_SIZES[-1] ** 2:
        raise SceneError(f"the cells of a grid are digits, got {_shown(value)}")
    return value


def _weights(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise SceneError(f"the weights of a kernel are a list of texts, got {_shown(value)}")
    return tuple(value)


def _painted(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not HEX.fullmatch(value):
        raise SceneError(
            f"painted blocks are {BLOCKS * BLOCKS // 4} digits 0 to f, got {_shown(value)}"
        )
    return value


def _places(value: object) -> Places | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != len(FACE_PARTS):
        raise SceneError(f"a face has a {', a '.join(FACE_PARTS)}, got {_shown(value)}")
    return tuple(
        _place(place, f"the place of the {part}")
        for part, place in zip(FACE_PARTS, value, strict=True)
    )


def _grid(value: object) -> int | None:
    return None if value is None else _whole(value, "the grid")


def _text(message: Mapping[Any, Any], name: str) -> str:
    value = message.get(name, "")
    if not isinstance(value, str) or len(value) > 64:
        raise SceneError(f"{name} is a short text, got {_shown(value)}")
    return value


def _whole(value: object, name: str) -> int:
    # A bool is an int to Python, and JSON can carry NaN and 1e9 where a number is due.
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
        raise SceneError(f"{name} is a whole number, got {_shown(value)}")
    return value


def _place(value: object, name: str) -> Pair:
    if not isinstance(value, list) or len(value) != 2:
        raise SceneError(f"{name} is a row and a column, got {_shown(value)}")
    return _whole(value[0], f"{name} (row)"), _whole(value[1], f"{name} (column)")


def _unit(value: object) -> Unit:
    if not isinstance(value, list) or len(value) != 3:
        raise SceneError(f"a unit is a layer, a row and a column, got {_shown(value)}")
    layer, row, col = (_whole(number, "a unit\u2019s place") for number in value)
    return Unit(layer, row, col)


def _shown(value: object) -> str:
    text = reprlib.repr(value)  # a stranger's value can be huge, or nested too deep to be written
    return text if len(text) <= 40 else text[:40] + "\u2026"
