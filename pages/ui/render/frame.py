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
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pages.ui.render.context import Activations, RenderContext, render_context, start_activations
from pages.ui.render.lens import FrameInputs, Lens, as_plane
from pages.ui.render.registry import LENSES
from pages.ui.render.setting_header import setting_header
from pages.ui.scene.link import to_query_string
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.scene.stage_message import StageMessage
from pages.ui.text.format import arrows
from rfcore.layers import Pair
from rfcore.ops import Array


@dataclass(frozen=True)
class StageTask:
    """What a lesson asks on the stage.

    id: of the step. locked: whether the learner may not drag yet. veiled: whether the maps are
    hidden too. map: the layer, from 0, whose cells are to be marked; None for no such task. marks:
    the marked cells as (row, col). changed: the cells that changed, once they may be shown.
    """

    id: str
    locked: bool
    veiled: bool = False
    map: int | None = None
    marks: tuple[Pair, ...] = ()
    changed: tuple[Pair, ...] | None = None


@dataclass(frozen=True)
class Request:
    """What a frame answers.

    revision: of the tab's scene. message: the stage's message, or None when the page runs for
    another reason. problem: why the message could not be applied, or empty. task: what a lesson
    asks on the stage, for the browser alone. order: the server process and the number of this frame
    among those that it sends with pages, so that none is shown after a later one.
    """

    revision: int = 0
    message: StageMessage | None = None
    problem: str = ""
    task: StageTask | None = None
    order: tuple[str, int] = ("", 0)

    @property
    def current(self) -> StageMessage | None:
        """The message if it is about the tab's scene.

        One of another revision says nothing about what the browser has of this scene.
        """
        message = self.message
        return None if message is None or message.revision != self.revision else message

    @property
    def envelope(self) -> dict[str, Any]:
        """Whose message is answered, so that the stage takes the answer for no other."""
        message, is_current = self.message, self.message is None or self.current is not None
        return {
            "token": 0 if message is None else message.token,
            "revision": self.revision,
            "mount": "" if message is None else message.mount,
            "notice": _refusal(self.problem) if self.problem and is_current else "",
            "order": self.order,
        }

    def knows(self, scene_id: str) -> bool:
        """Whether the browser has the fixed parts of a scene."""
        return self.current is not None and self.current.known_scene == scene_id

    def knows_start(self, start: Pair) -> bool:
        """Whether the browser has the maps of a start of the drag."""
        return self.current is not None and self.current.known_start == start

    @property
    def is_commit(self) -> bool:
        """Whether a drag ends with the message; the scene's link is sent then."""
        return self.message is not None and self.message.committed


def _refusal(problem: str) -> str:
    return f"The stage could not do that: {problem}."


def render_frame(scene: Scene, request: Request = Request()) -> bytes:
    """Return the frame of a scene: header and planes, as the module says.

    The fixed parts, and the maps at the start of the drag, come along unless the browser has them.
    The scene's link comes with the fixed parts, and in answer to a commit.
    """
    lens, inputs = LENSES[scene.lens], frame_inputs(scene, request)
    context = inputs.context
    scene_id = context.scene_id + lens.cache_key(scene)
    dynamic = lens.dynamic_part(inputs)
    header: dict[str, Any] = {
        "scene": scene_id,
        **request.envelope,
        "position": scene.position,
        "start": scene.start,
        "unit": None if scene.unit is None else _listed(scene.unit),
        "view": scene.view,
        "moves": scene.moves,
        "pixel": scene.pixel,
        "rings": scene.rings,
        "moved": arrows(scene.moved, "px", plural="px"),
        **dynamic.header,
    }
    knows_scene = request.knows(scene_id)
    if request.is_commit or not knows_scene:
        header["query"] = to_query_string(scene)
    if request.task is not None:
        header["task"] = asdict(request.task)
    shown = lens.visible_layers(scene)
    planes = _map_planes("now", inputs.now, context, shown) | dynamic.planes
    if not (knows_scene and request.knows_start(scene.start)):
        planes |= _map_planes("start", inputs.start, context, shown)
    if not knows_scene:
        static = lens.static_part(scene, context)
        header["setting"] = {
            **setting_header(scene, context.fields, context.scales),
            **_lens_header(lens),
            "shown": shown,
            **static.header,
        }
        planes |= static.planes
        planes["picture"] = _as_bytes(context.background[0])
        planes["pattern"] = _as_bytes(context.pattern.values)
        planes["alpha"] = _as_bytes(context.pattern.alpha)
    return _packed(header, planes)


def frame_inputs(
    scene: Scene, request: Request = Request(), *, responses: bool | None = None
) -> FrameInputs:
    """Return what there is to see in a scene, now and where the drag began.

    responses: whether what the pattern by itself adds to the maps is looked at, too; when left
    out, as the scene's lens needs it.
    """
    rest = scene.without_drag()
    if responses is None:
        responses = LENSES[scene.lens].responses
    context = render_context(rest)
    now = context.activations(scene, responses=responses)
    as_begun = scene.moved == (0, 0) and scene.parts == rest.parts
    start = now if as_begun else _start(scene, rest, responses)
    return FrameInputs(scene, context, start, now, _probe(scene, request), _pixel(scene, request))


def _start(scene: Scene, rest: Scene, responses: bool) -> Activations:
    seen = start_activations(rest, scene.start, responses)
    return seen if scene.moves == "pattern" else seen._replace(responses=seen.maps)


def _probe(scene: Scene, request: Request) -> Unit | None:
    """Return the unit that is pointed at, else the pinned one; a wrong one is nobody's."""
    message = request.current
    unit = scene.unit if message is None or message.probe is None else message.probe
    return unit if unit is not None and scene.has_unit(unit) else None


def _pixel(scene: Scene, request: Request) -> Pair | None:
    """Return the pixel that is pointed at, else the pinned one; a wrong one is nobody's."""
    message = request.current
    pixel = scene.pixel if message is None or message.pointed is None else message.pointed
    return pixel if pixel is not None and scene.has_pixel(pixel) else None


def _listed(unit: Unit) -> list[int]:
    return [unit.layer, unit.row, unit.col]


def _lens_header(lens: Lens) -> dict[str, Any]:
    return {"labels": lens.labels, "probes": lens.probes, "numbers": lens.numbers}


def _map_planes(
    when: str, seen: Activations, context: RenderContext, shown: tuple[int, ...]
) -> dict[str, Array]:
    return {f"{when}{at}": as_plane(seen.maps[at], context.scales[at]) for at in shown}


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
