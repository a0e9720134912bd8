"""The frame: all that the stage draws for one scene, as bytes.

A frame is a JSON header and the planes of the maps. Its layout, little-endian:

    4 bytes   length of the header, a multiple of 4 with the blanks that fill it up
    header    JSON; "planes" lists name, type (u1 or i2), rows, cols and byte offset of each plane
    planes    one after the other, each starting at a multiple of 4

Maps are i2: a value is the number times the layer's scale / 32767. The picture and the pattern are
u1, 255 being white or opaque. `render_frame` is pure and knows nothing of Streamlit, so the way a
frame travels can change.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.ui import words
from pages.ui.hand import Hand
from pages.ui.link import to_query_string
from pages.ui.scene import Scene
from pages.ui.setting import Look, Setting, look_at_start, setting_of
from rfcore.layers import Pair
from rfcore.ops import Array
from rfcore.shifts import changed_cells, expected_shift, measured_shift

FULL_SCALE = 32767


@dataclass(frozen=True)
class Request:
    """What the stage asks for, and what it has already, so that it is not sent again.

    token and revision are given back as they came.
    """

    token: int = 0
    revision: int = 0
    mount: str = ""
    known_scene: str = ""
    known_start: Pair | None = None
    notice: str = ""


def request_of(hand: Hand, revision: int, problem: str = "") -> Request:
    """Return the request that a hand makes; `problem` says what of it could not be done."""
    return Request(
        token=hand.token,
        revision=revision,
        mount=hand.mount,
        known_scene=hand.known_scene,
        known_start=hand.known_start,
        notice=refusal(problem) if problem else "",
    )


def refusal(problem: str) -> str:
    """Say on the stage that what it was asked could not be done, and why."""
    return f"The stage could not do that: {problem}."


def render_frame(scene: Scene, request: Request = Request()) -> bytes:
    """Return the frame of a scene: header and planes, as the module says.

    The fixed parts come along unless `request.known_scene` names them, the maps at the start of
    the drag unless `request.known_start` does.
    """
    at_rest = scene.at_rest()
    setting = setting_of(at_rest)
    now = setting.look(scene.position)
    start = now if scene.moved == (0, 0) else look_at_start(at_rest, scene.start)
    readings = _readings(scene, setting, start, now)
    header: dict[str, Any] = {
        "scene": setting.scene_id,
        "token": request.token,
        "revision": request.revision,
        "mount": request.mount,
        "notice": request.notice,
        "position": scene.position,
        "start": scene.start,
        "unit": None if scene.unit is None else [scene.unit.layer, scene.unit.row, scene.unit.col],
        "view": scene.view,
        "query": to_query_string(scene),
        "moved": words.arrows(scene.moved, "px", plural="px"),
        "sentence": words.sentence(scene.pattern, scene.moved, readings),
        "readings": [
            {
                "expected": words.expected_text(reading),
                "measured": words.measured_text(reading),
                "changed": f"{reading.changed:,} of {reading.cells:,}",
            }
            for reading in readings
        ],
    }
    planes = _map_planes("now", now, setting)
    knows_scene = request.known_scene == setting.scene_id
    if not (knows_scene and request.known_start == scene.start):
        planes |= _map_planes("start", start, setting)
    if not knows_scene:
        header["setting"] = setting.header
        planes["picture"] = _as_bytes(setting.background[0])
        planes["pattern"] = _as_bytes(setting.pattern.values)
        planes["alpha"] = _as_bytes(setting.pattern.alpha)
    return _packed(header, planes)


def _readings(scene: Scene, setting: Setting, start: Look, now: Look) -> list[words.LayerReading]:
    readings = []
    for index, layer in enumerate(scene.stack):
        jump = setting.fields[index].jump
        expected = expected_shift(scene.moved, jump)
        near = (float(expected[0]), float(expected[1]))
        readings.append(
            words.LayerReading(
                number=index + 1,
                layer=layer,
                jump=jump,
                expected=expected,
                measured=measured_shift(start.responses[index], now.responses[index], near=near),
                changed=changed_cells(start.maps[index], now.maps[index]),
                cells=now.maps[index].size,
            )
        )
    return readings


def _map_planes(when: str, look: Look, setting: Setting) -> dict[str, Array]:
    planes = {}
    for index, (values, scale) in enumerate(zip(look.maps, setting.scales, strict=True)):
        steps = np.rint(values * (FULL_SCALE / scale))
        planes[f"{when}{index}"] = np.clip(steps, -FULL_SCALE, FULL_SCALE).astype("<i2")
    return planes


def _as_bytes(values: Array) -> Array:
    return np.rint(values * 255).astype("u1")


def _packed(header: dict[str, Any], planes: dict[str, Array]) -> bytes:
    listed, chunks, offset = [], [], 0
    for name, plane in planes.items():
        data = plane.tobytes()
        listed.append([name, plane.dtype.str[1:], *plane.shape, offset])
        filled = data + b"\0" * (-len(data) % 4)
        chunks.append(filled)
        offset += len(filled)
    text = json.dumps({**header, "planes": listed}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return b"".join([len(text).to_bytes(4, "little"), text, *chunks])
