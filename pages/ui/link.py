"""The one codec between a scene and the query of a link. Pure: no Streamlit here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from pages.ui.photos import Photo
from pages.ui.scene import UPLOAD, Scene, SceneError, Unit
from rfcore.errors import RfcoreError
from rfcore.stack import Stack

KEYS = (
    "picture",
    "size",
    "pattern",
    "stack",
    "kernels",
    "padding",
    "at",
    "from",
    "channels",
    "unit",
    "view",
)
"""Every query parameter of a scene, in the order in which they are read."""

MAX_VALUE = 2_000
"""Characters of one parameter that are read; the longest stack of the stage has a tenth."""


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
    }
    if scene.unit is not None:
        query["unit"] = f"{scene.unit.layer + 1},{scene.unit.row},{scene.unit.col}"
    return query


def to_query_string(scene: Scene) -> str:
    """Return the part of a link after the question mark."""
    return urlencode(to_query(scene), safe=",/")


def from_query(query: Mapping[str, str], photo: Photo | None = None) -> tuple[Scene, list[str]]:
    """Return the scene of a link, and a sentence for every part of it that could not be used.

    query: parameters; those that are missing keep their default. photo: the learner's own picture,
    if this browser session has one. Never raises: what cannot be used falls back.

    >>> from_query({"pattern": "dog", "view": "yesterday"})[0].pattern
    'dog'
    """
    scene = replace(Scene(), photo=photo)
    problems: list[str] = []
    for key in KEYS:
        if key not in query:
            continue
        value = query[key]
        try:
            if len(value) > MAX_VALUE:
                raise SceneError(f"it has {len(value)} characters; at most {MAX_VALUE} are read")
            scene = _READERS[key](scene, value)
        except RfcoreError as error:
            problems.append(f"The link\u2019s \u201c{key}\u201d was left out: {error}.")
    return scene, problems


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


def _read_position(scene: Scene, value: str) -> Scene:
    # A link that says only where the pattern is means that the drag begins there.
    return replace(scene, position=_read_place(value), start=_read_place(value))


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
    "at": _read_position,
    "from": lambda scene, value: replace(scene, start=_read_place(value)),
    "channels": _read_channels,
    "unit": _read_unit,
    "view": lambda scene, value: replace(scene, view=value),  # type: ignore[arg-type]
}
