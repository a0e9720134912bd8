"""The render context: all that stays the same during a drag, computed once and cached.

Pure: no Streamlit here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from pages.ui.render.array_cache import FRAMES, cached_by_scene, scene_key
from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.choices import PICTURE_SIZES, UPLOAD, Moves
from pages.ui.scene.custom_kernels import is_own, own_kernel
from pages.ui.scene.face import FACE_SIZE, FACES, HOME_PLACES, MIDDLE
from pages.ui.scene.grid import GRID, draw_mark, grid_picture
from pages.ui.scene.scene import Scene
from rfcore.faces.parts import draw_face
from rfcore.faces.spec import FACE_BACKGROUND, face_picture
from rfcore.layers import Pair
from rfcore.moving import MovingPattern
from rfcore.network import Network
from rfcore.ops import Array
from rfcore.pictures.backgrounds import BACKGROUNDS, draw_background
from rfcore.pictures.patterns import PATTERNS, Pattern, draw_pattern, place
from rfcore.pictures.photos import scale_photo
from rfcore.receptive_field import ReceptiveField, receptive_fields
from rfcore.shifts import ShiftFill, shift

FILLS: dict[Moves, ShiftFill] = {"pattern": "zeros", "zeros": "zeros", "wrap": "circular"}
"""How a shift fills the edge that it uncovers."""


class Activations(NamedTuple):
    """The activations of a scene at one moment of a drag.

    maps: the shown channel of each layer. responses: the part of each map that should move with a
    drag. That is what the pattern alone adds to the map, or the whole map if the whole picture
    moves. last: all channels of the last layer, (channels, rows, cols); None for the start of a
    drag, where no lens needs them.
    """

    maps: tuple[Array, ...]
    responses: tuple[Array, ...]
    last: Array | None


@dataclass(frozen=True, eq=False)
class RenderContext:
    """All that stays the same while the pattern is dragged."""

    scene_id: str
    background: Array
    pattern: Pattern
    network: Network
    fields: tuple[ReceptiveField, ...]
    channels: tuple[int, ...]
    gray: Array
    """Uniform gray with the mean brightness of the picture. The response to the pattern alone is
    measured on it, because over a texture a move also changes which pixels the pattern hides."""
    baseline: tuple[Array, ...]
    """The shown maps of `gray` without the pattern."""
    scales: tuple[float, ...]
    full: int
    """The value of a white pixel."""

    @cached_property
    def is_even(self) -> bool:
        """Whether all pixels of the background are equal."""
        return bool((self.background == self.background.flat[0]).all())

    def activations(self, scene: Scene, *, responses: bool = True) -> Activations:
        """Return the activations of a scene that differs from this context's by a drag only.

        responses: whether to compute the responses, which may take a second pass; if not, they are
        empty.
        """
        seen = self._activations(scene, responses=responses)
        if scene.moves == "pattern" and scene.position == scene.start:
            _keep_start(scene, seen, responses=responses)
        return seen

    def _activations(self, scene: Scene, *, responses: bool) -> Activations:
        maps, last = self._shown(self.picture_of(scene))
        if not responses:
            return Activations(maps, (), last)
        if scene.moves != "pattern":
            return Activations(maps, maps, last)
        alone = self.chosen(self.on(self.gray, scene.position))
        own = tuple(m - baseline for m, baseline in zip(alone, self.baseline, strict=True))
        return Activations(maps, own, last)

    def picture_of(self, scene: Scene) -> Array:
        """Return the picture of a scene after its drag, (1, rows, cols)."""
        if scene.parts is not None:
            row, col = scene.position
            moved = (row - MIDDLE[0], col - MIDDLE[1])
            return face_picture(scene.parts.spec, scene.parts.places, moved)
        if scene.moves == "pattern":
            return self.on(self.background, scene.position)
        return shift(self.on(self.background, scene.start), *scene.moved, fill=FILLS[scene.moves])

    def on(self, background: Array, position: Pair) -> Array:
        """Return a background (1, rows, cols) with the pattern, in the scene's number range."""
        return self.in_numbers(place(background, self.pattern, *position))

    def in_numbers(self, picture: Array) -> Array:
        """Scale a picture in [0, 1] to the scene's number range: whole numbers for a grid."""
        return picture if self.full == 1 else np.rint(picture * self.full)

    def chosen(self, image: Array) -> tuple[Array, ...]:
        """Run the network on an image, and return the shown channel of every map."""
        return self._shown(image)[0]

    def _shown(self, image: Array) -> tuple[tuple[Array, ...], Array]:
        """Return the shown channel of every map, and all channels of the last.

        Of the maps between no more than two are there at a time, with all their channels.
        """
        shown = []
        for index, channel in enumerate(self.channels):
            image = self.network.run_layer(index, image)
            shown.append(image[channel].copy())
        return tuple(shown), image


@cached_by_scene
def render_context(scene: Scene) -> RenderContext:
    """Return what all frames of a scene share; scene: without its drag."""
    background = _picture(scene)
    network = _network(scene)
    context = RenderContext(
        scene_id=hashlib.blake2b(repr(scene).encode(), digest_size=9).hexdigest(),
        background=background,
        pattern=_pattern(scene),
        network=network,
        fields=receptive_fields(scene.stack, (scene.size, scene.size)),
        channels=scene.channels,
        gray=np.full_like(background, np.rint(background.mean() * 255) / 255),
        baseline=(),
        scales=(),
        full=scene.full,
    )
    return replace(
        context,
        baseline=context.chosen(context.in_numbers(context.gray)),
        scales=_scales(context, scene),
    )


@cached_by_scene
def start_activations(scene: Scene, start: Pair, responses: bool = True) -> Activations:
    """Return the activations at the start of a drag; one cache entry serves the whole drag."""
    at_start = replace(scene, position=start, start=start)
    return render_context(scene).activations(at_start, responses=responses)._replace(last=None)


def _keep_start(scene: Scene, seen: Activations, *, responses: bool) -> None:
    """Remember what a drag begins with, so that its first move need not compute it again."""
    rest = scene.without_drag()
    key = scene_key(rest, start_activations.__name__, scene.start, responses)
    if scene.parts == rest.parts and key not in FRAMES:
        FRAMES.store(key, seen._replace(last=None))


def _network(scene: Scene) -> Network:
    named = ["identity" if is_own(choice) else choice for choice in scene.kernels]
    network = Network.with_filters(scene.stack, filters=named, padding_mode=scene.padding_mode)
    kernels = list(network.kernels)
    for choice, (number, layer, channels) in zip(
        scene.kernels, convolutions_of(scene.stack), strict=True
    ):
        if is_own(choice):
            shape = (layer.out_channels, channels, *layer.kernel_size)
            kernels[number - 1] = np.broadcast_to(own_kernel(choice, layer.kernel_size), shape)
    return replace(network, kernels=tuple(kernels))


def _pattern(scene: Scene) -> Pattern:
    if scene.image == GRID:
        return draw_mark(scene.pattern)
    if scene.image == FACES:
        return draw_face(HOME_PLACES, FACE_SIZE)
    return _drawn_pattern(scene.pattern, scene.size // 4)  # "pixel" is 1x1 at any


def _picture(scene: Scene) -> Array:
    if scene.image == GRID:
        return grid_picture(scene.cells, scene.size)
    if scene.image == FACES:
        return np.full((1, scene.size, scene.size), FACE_BACKGROUND, np.float32)
    if scene.image == UPLOAD and scene.photo is not None:
        return scale_photo(scene.photo.pixels, scene.size)
    return _drawn_background(scene.image, scene.size)


# All patterns and pictures at all sizes: some 5 MB, drawn once.
_drawn_pattern = lru_cache(maxsize=len(PATTERNS) * len(PICTURE_SIZES))(draw_pattern)
_drawn_background = lru_cache(maxsize=len(BACKGROUNDS) * len(PICTURE_SIZES))(draw_background)


def _scales(context: RenderContext, scene: Scene) -> tuple[float, ...]:
    """Return the value with the strongest colour of each map.

    It is the largest absolute value for the picture without the pattern, and with the pattern in
    the middle and toward each corner. It does not depend on the position in a drag.
    """
    far = scene.size - scene.pattern_size
    places = [
        (far // 2, far // 2),
        *((r, c) for r in (far // 4, 3 * far // 4) for c in (far // 4, 3 * far // 4)),
    ]
    largest = np.max([*_largest_shown(context, places)], axis=0).tolist()
    return tuple(_rounded_up(value) if value > 0 else 1.0 for value in largest)


def _largest_shown(context: RenderContext, places: list[Pair]) -> Iterator[list[float]]:
    """Yield the largest value of every shown map, for the bare picture and each of some places."""
    if context.full != 1:  # a grid, whose numbers a moving pattern does not know
        yield _largest(context.chosen(context.in_numbers(context.background)))
        for position in places:
            yield _largest(context.chosen(context.on(context.background, position)))
        return
    moving = MovingPattern(context.network, context.background, context.pattern)
    yield _largest(_channels(moving.activations, context.channels))
    for position in places:
        yield _largest(_channels(moving.move_to(*position), context.channels))


def _channels(activations: tuple[Array, ...], channels: tuple[int, ...]) -> list[Array]:
    return [activation[channel] for activation, channel in zip(activations, channels, strict=True)]


def _largest(maps: Iterable[Array]) -> list[float]:
    return [float(np.abs(values).max()) for values in maps]


def _rounded_up(value: float) -> float:
    """Round up to two significant digits, so that legends are short and no value is clipped."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / step - 1e-9) * step:.2g}")
