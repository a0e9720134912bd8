"""The codec between a scene and the query of a link. Pure: no Streamlit here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from pages.ui.scene.choices import RINGS, UPLOAD
from pages.ui.scene.face import FaceParts
from pages.ui.scene.head_training import from_text, to_text
from pages.ui.scene.lenses import current_name
from pages.ui.scene.limits import SceneError
from pages.ui.scene.photos import Photo
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.errors import RfcoreError
from rfcore.faces.parts import FACE_PARTS
from rfcore.stack import Stack

KEYS = (
    "picture",
    "size",
    "cells",
    "pattern",
    "stack",
    "kernels",
    "padding",
    "at",
    "from",
    "channels",
    "unit",
    "view",
    "lens",
    "moves",
    "pixel",
    "rings",
    "train",
    "pooling",
    "parts",
    "grid",
)
"""Every query parameter of a scene, in the order in which they are read."""

_FITTING = ("picture", "stack", "size", "cells")
"""Parameters whose values depend on each other: a small picture fits only a small stack."""

MAX_VALUE = 2_000
"""Characters of the longest parameter that is read, ten times those of the longest stack."""

_NO_RINGS = "none"


def to_query(scene: Scene) -> dict[str, str]:
    """Return the query parameters of a link that opens this scene; layers and units count from 1.

    >>> to_query(Scene())["stack"]
    'C3x3/1,M2x2/2,C3x3/1'
    """
    query = {
        "picture": scene.image,
        "size": str(scene.size),
        "pattern": scene.pattern,
        "stack": ",".join(map(str, scene.stack)),
        "kernels": ",".join(scene.kernels),
        "padding": scene.padding_mode,
        "at": f"{scene.position[0]},{scene.position[1]}",
        "from": f"{scene.start[0]},{scene.start[1]}",
        "channels": ",".join(str(channel + 1) for channel in scene.channels),
        "view": scene.view,
        "lens": scene.lens,
        "moves": scene.moves,
    }
    if scene.cells:
        query["cells"] = scene.cells
    if scene.pixel is not None:
        query["pixel"] = f"{scene.pixel[0]},{scene.pixel[1]}"
    if scene.lens == "fields" or scene.rings != Scene.rings:
        query["rings"] = ",".join(scene.rings) or _NO_RINGS
    if scene.training is not None:
        query["train"] = to_text(scene.training)
    if scene.parts is not None:
        query |= _parts_query(scene.parts)
    if scene.unit is not None:
        query["unit"] = f"{scene.unit.layer + 1},{scene.unit.row},{scene.unit.col}"
    return query


def _parts_query(parts: FaceParts) -> dict[str, str]:
    places = ",".join(f"{row},{col}" for row, col in parts.places)
    query = {"parts": places, "pooling": parts.pooling}
    return query if parts.grid is None else {**query, "grid": str(parts.grid)}


def to_query_string(scene: Scene) -> str:
    """Return the query string of a link that opens this scene, without the question mark."""
    return "&".join(f"{key}={_quoted(value)}" for key, value in to_query(scene).items())


# Links are written often, and most of their values stay the same from one link to the next.
@lru_cache(maxsize=512)
def _quoted(value: str) -> str:
    return quote_plus(value, safe=",/")


def from_query(
    query: Mapping[str, str], photo: Photo | None = None, base: Scene | None = None
) -> tuple[Scene, list[str]]:
    """Return the scene of a link, and a sentence for each parameter that could not be used.

    query: the parameters; a missing or invalid one keeps its value in `base`, by default the
    default scene. photo: the learner's own, if this browser session has one. Never raises.

    >>> from_query({"pattern": "dog", "view": "yesterday"})[0].pattern
    'dog'
    """
    scene = replace(base or Scene(), photo=photo)
    problems: dict[str, str] = {}
    for keys in (_FITTING, [key for key in KEYS if key not in _FITTING]):
        pending = [key for key in keys if key in query]
        # Picture and stack must fit each other: retry those that failed while any succeeds.
        while pending:
            failed: dict[str, str] = {}
            for key in pending:
                try:
                    scene = _read_part(scene, key, query[key])
                except RfcoreError as error:
                    failed[key] = str(error)
            if len(failed) == len(pending):
                problems |= failed
                break
            pending = list(failed)
    if "at" in query and "at" not in problems and ("from" not in query or "from" in problems):
        # A link with "at" but no "from" starts the drag at the pattern's place.
        scene = replace(scene, start=scene.position)
    return scene, [
        f"The link\u2019s \u201c{key}\u201d was left out: {problem}."
        for key in KEYS
        if (problem := problems.get(key))
    ]


def _read_part(scene: Scene, key: str, value: str) -> Scene:
    if len(value) > MAX_VALUE:
        raise SceneError(f"it has {len(value)} characters; at most {MAX_VALUE} are read")
    return _READERS[key](scene, value)


def _read_picture(scene: Scene, value: str) -> Scene:
    if value == UPLOAD and scene.photo is None:
        raise SceneError(f"a photo does not travel in a link; the {scene.image} stands in for it")
    return scene.with_picture(value, scene.size)


def _read_kernels(scene: Scene, value: str) -> Scene:
    return replace(scene, kernels=tuple(value.split(",")) if value else ())


def _read_channels(scene: Scene, value: str) -> Scene:
    channels = _whole_numbers(value, len(scene.stack), "one channel for each layer, as in 1,1,3")
    return replace(scene, channels=tuple(channel - 1 for channel in channels))


def _read_unit(scene: Scene, value: str) -> Scene:
    layer, row, col = _whole_numbers(value, 3, "a layer, a row and a column, as in 3,14,14")
    return replace(scene, unit=Unit(layer - 1, row, col))


def _read_place(value: str) -> tuple[int, int]:
    row, col = _whole_numbers(value, 2, "a row and a column, as in 24,12")
    return row, col


def _read_pixel(scene: Scene, value: str) -> Scene:
    return replace(scene, pixel=_read_place(value))


def _read_rings(scene: Scene, value: str) -> Scene:
    names = [] if value == _NO_RINGS else value.split(",")
    checked = replace(scene, rings=tuple(names))  # type: ignore[arg-type]
    return replace(checked, rings=tuple(ring for ring in RINGS if ring in names))


def _read_parts(scene: Scene, value: str) -> Scene:
    numbers = _whole_numbers(
        value, 2 * len(FACE_PARTS), f"a row and a column each for {', '.join(FACE_PARTS)}"
    )
    return _with_parts(scene, places=tuple(zip(numbers[::2], numbers[1::2], strict=True)))


def _read_grid(scene: Scene, value: str) -> Scene:
    return _with_parts(scene, grid=_whole_numbers(value, 1, "a whole number, as in 6")[0])


def _with_parts(scene: Scene, **changes: Any) -> Scene:
    if scene.parts is None:
        raise SceneError("there is no face of parts here")
    return replace(scene, parts=replace(scene.parts, **changes))


def _whole_numbers(text: str, count: int, meaning: str) -> list[int]:
    parts = text.split(",")
    if len(parts) != count or not all(re.fullmatch(r"-?\d{1,6}", part) for part in parts):
        raise SceneError(f"it must be {meaning}, got \u201c{text[:40]}\u201d")
    return [int(part) for part in parts]


def _read_size(scene: Scene, value: str) -> Scene:
    size = _whole_numbers(value, 1, "a whole number, as in 64")[0]
    return scene.with_picture(scene.image, size)


_READERS: dict[str, Callable[[Scene, str], Scene]] = {
    "picture": _read_picture,
    "size": _read_size,
    "pattern": lambda scene, value: scene.with_pattern(value),
    "stack": lambda scene, value: scene.with_stack(Stack.parse(value)),
    "kernels": _read_kernels,
    "padding": lambda scene, value: replace(scene, padding_mode=value),  # type: ignore[arg-type]
    "at": lambda scene, value: replace(scene, position=_read_place(value)),
    "from": lambda scene, value: replace(scene, start=_read_place(value)),
    "channels": _read_channels,
    "unit": _read_unit,
    "view": lambda scene, value: replace(scene, view=value),  # type: ignore[arg-type]
    "lens": lambda scene, value: replace(scene, lens=current_name(value)),
    "moves": lambda scene, value: replace(scene, moves=value),  # type: ignore[arg-type]
    "cells": lambda scene, value: replace(scene, cells=value),
    "pixel": _read_pixel,
    "rings": _read_rings,
    "train": lambda scene, value: scene.with_training(from_text(value)),
    "pooling": lambda scene, value: _with_parts(scene, pooling=value),
    "parts": _read_parts,
    "grid": _read_grid,
}
