"""The scene: everything that decides what is on the stage, and its form as a link.

A share link, a lesson's step and a presenter's slide all hold one scene. Pure: no Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, get_args

from pages.ui.photos import Photo
from rfcore.errors import RfcoreError, ShapeError
from rfcore.filters import BANK, CHOICES
from rfcore.layers import Conv2d, Layer, Pair, Shape
from rfcore.ops import PADDING_MODES, PaddingMode, check_padding
from rfcore.patterns import BACKGROUNDS, PATTERNS
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

View = Literal["now", "start", "difference"]
VIEWS: tuple[View, ...] = get_args(View)

UPLOAD = "photo"
"""The name of the learner's own photo, beside the names of the drawn backgrounds."""

SIZES = (32, 48, 64, 96, 128, 192, 256)
"""Working sizes of the picture, pixels per side."""

PRESETS: dict[str, str] = {
    "convolve, pool, convolve": "C3x3/1 -> M2x2/2 -> C3x3/1",
    "convolutions only": "C3x3/1 -> C3x3/1 -> C3x3/1",
    "two pools": "C3x3/1p1 -> R -> M2x2/2 -> C3x3/1p1 -> R -> M2x2/2",
    "strided convolutions": "C3x3/2p1 -> C3x3/2p1",
    "average instead of max": "C3x3/1 -> A2x2/2 -> C3x3/1",
    "max, then blur": "C3x3/1 -> M2x2/1 -> B3x3/2 -> C3x3/1",
    "dilated": "C3x3/1 -> C3x3/1d2 -> C3x3/1d4",
}

CACHED = 256
"""Stacks whose checks are remembered: a scene is built anew at every move of a drag."""

MAX_LAYERS = 12
MAX_CHANNELS = 32
MAX_COST = 80_000_000
"""Multiply-adds of one frame: about 30 ms on one core; every preset stays below at every size."""
MAX_CELLS = 1_000_000
"""Cells of the maps of all layers, one channel of each and its padding: about 2 MB of a frame."""


class SceneError(RfcoreError):
    """A scene cannot be shown; the message says which part and what would be right."""


@dataclass(frozen=True)
class Unit:
    """One unit of one map: the layer counted from 0, and its (row, col) there."""

    layer: int
    row: int
    col: int


@dataclass(frozen=True)
class Scene:
    """What is on the stage; immutable, hashable, and checked when it is built.

    image: a background's name, or UPLOAD. size: pixels per side of the working picture.
    pattern: its name. position, start: (row, col) of the pattern's upper left pixel, now and where
    the drag began. stack: the layers. kernels: a choice for each convolution. padding_mode: what
    lies beyond the border. channels: the channel shown for each layer, counted from 0.
    unit: the pinned unit. view: which of its states every map shows. photo: the learner's own
    picture; it does not travel in a link.
    Raises SceneError, or what rfcore raises, for anything that cannot be shown.
    """

    image: str = "meadow"
    size: int = 64
    pattern: str = "cat"
    position: Pair = (24, 12)
    start: Pair = (24, 12)
    stack: Stack = field(default_factory=lambda: Stack.parse(next(iter(PRESETS.values()))))
    kernels: tuple[str, ...] = (BANK, BANK)
    padding_mode: PaddingMode = "zeros"
    channels: tuple[int, ...] = (0, 0, 0)
    unit: Unit | None = None
    view: View = "now"
    photo: Photo | None = None

    def __post_init__(self) -> None:
        self._check_picture()
        self._check_stack()
        self._check_shown()

    def _check_picture(self) -> None:
        if self.image == UPLOAD and self.photo is None:
            raise SceneError("there is no photo of yours here yet; choose a picture or upload one")
        _check_choice("picture", self.image, (*BACKGROUNDS, *([UPLOAD] if self.photo else [])))
        _check_choice("picture size", self.size, SIZES)
        _check_choice("pattern", self.pattern, PATTERNS)
        limit = self.size - self.pattern_size
        for name, place in (("position", self.position), ("start", self.start)):
            if not all(0 <= number <= limit for number in place):
                raise SceneError(
                    f"the {self.pattern} must stay inside the picture: its {name} is a row and a "
                    f"column from 0 to {limit}, got {place[0]}, {place[1]}"
                )

    def _check_stack(self) -> None:
        check_stack(self.stack, self.size)
        _check_choice("padding mode", self.padding_mode, PADDING_MODES)
        convolutions = count_convolutions(self.stack)
        if len(self.kernels) != convolutions:
            raise SceneError(
                f"the stack has {convolutions} convolutions and needs a choice of kernels for "
                f"each, got {len(self.kernels)}"
            )
        for choice in self.kernels:
            _check_choice("kernel choice", choice, CHOICES)
        _check_border(self.stack, self.size, self.padding_mode)

    def _check_shown(self) -> None:
        shapes = map_shapes(self.stack, self.size)
        if len(self.channels) != len(shapes):
            raise SceneError(
                f"each of the {len(shapes)} layers shows one channel, got {len(self.channels)}"
            )
        for number, (channel, shape) in enumerate(zip(self.channels, shapes, strict=True), 1):
            if not 0 <= channel < shape[0]:
                raise SceneError(f"layer {number} has channels 1 to {shape[0]}, got {channel + 1}")
        if self.unit is not None:
            if not 0 <= self.unit.layer < len(shapes):
                raise SceneError(
                    f"the stack has layers 1 to {len(shapes)}, got layer {self.unit.layer + 1}"
                )
            rows, cols = shapes[self.unit.layer][1:]
            if not (0 <= self.unit.row < rows and 0 <= self.unit.col < cols):
                raise SceneError(
                    f"layer {self.unit.layer + 1} has rows 0 to {rows - 1} and columns 0 to "
                    f"{cols - 1}, got unit {self.unit.row}, {self.unit.col}"
                )
        _check_choice("view", self.view, VIEWS)

    @property
    def pattern_size(self) -> int:
        """Pixels per side of the pattern: one, or a quarter of the picture."""
        return pattern_size(self.pattern, self.size)

    @property
    def moved(self) -> Pair:
        """How far the pattern is from where the drag began, (rows, cols) in pixels."""
        return self.position[0] - self.start[0], self.position[1] - self.start[1]

    def at_rest(self) -> Scene:
        """Return the scene without what a hand changes: one value for a whole drag."""
        return replace(self, position=(0, 0), start=(0, 0), unit=None, view="now")

    def with_stack(self, stack: Stack) -> Scene:
        """Return the scene with other layers, keeping every choice that still makes sense."""
        check_stack(stack, self.size)
        convolutions = count_convolutions(stack)
        kernels = (*self.kernels, *[BANK] * convolutions)[:convolutions]
        shapes = map_shapes(stack, self.size)
        shown = (*self.channels, *[0] * len(shapes))
        channels = tuple(
            channel if channel < shape[0] else 0
            for channel, shape in zip(shown[: len(shapes)], shapes, strict=True)
        )
        return replace(
            self, stack=stack, kernels=kernels, channels=linked(stack, channels), unit=None
        )

    def with_channel(self, layer: int, channel: int) -> Scene:
        """Return the scene showing another channel in a layer, and in those that share its maps."""
        group = layer_groups(self.stack)
        channels = tuple(
            channel if group[index] == group[layer] else shown
            for index, shown in enumerate(self.channels)
        )
        return replace(self, channels=channels)

    def with_picture(self, image: str, size: int, photo: Photo | None = None) -> Scene:
        """Return the scene on another picture or at another size; the pattern keeps its place."""
        photo = photo if photo is not None else self.photo
        if size == self.size:
            return replace(self, image=image, photo=photo)
        _check_choice("picture size", size, SIZES)
        check_stack(self.stack, size)
        limit = size - pattern_size(self.pattern, size)
        scale = size / self.size
        position, start = (
            (min(limit, round(row * scale)), min(limit, round(col * scale)))
            for row, col in (self.position, self.start)
        )
        return replace(
            self,
            image=image,
            size=size,
            photo=photo,
            position=position,
            start=start,
            unit=None,
        )

    def with_pattern(self, pattern: str) -> Scene:
        """Return the scene with another pattern, its middle where the old one's was."""
        _check_choice("pattern", pattern, PATTERNS)
        new = pattern_size(pattern, self.size)
        step = int((self.pattern_size - new) / 2)  # toward zero: there and back again is no move
        limit = self.size - new
        position, start = (
            (max(0, min(limit, row + step)), max(0, min(limit, col + step)))
            for row, col in (self.position, self.start)
        )
        return replace(self, pattern=pattern, position=position, start=start)


def pattern_size(pattern: str, size: int) -> int:
    """Return the pixels per side of a pattern on a picture of `size`."""
    return 1 if pattern == "pixel" else size // 4


def count_convolutions(stack: Stack) -> int:
    """Return how many layers of a stack have kernels."""
    return sum(isinstance(layer, Conv2d) for layer in stack)


def layer_groups(stack: Stack) -> list[int]:
    """Number the layers by the convolution whose channels they carry on."""
    groups: list[int] = []
    for layer in stack:
        last = groups[-1] if groups else 0
        groups.append(last + 1 if isinstance(layer, Conv2d) else last)
    return groups


def linked(stack: Stack, channels: tuple[int, ...]) -> tuple[int, ...]:
    """Let every layer show the channel of the convolution that it carries on."""
    groups = layer_groups(stack)
    return tuple(channels[groups.index(group)] for group in groups)


@lru_cache(maxsize=CACHED)
def check_stack(stack: Stack, size: int) -> None:
    """Raise when a stack does not fit a picture of `size`, or is too dear to drag through."""
    if len(stack) > MAX_LAYERS:
        raise SceneError(
            f"the stage holds at most {MAX_LAYERS} layers, this stack has {len(stack)}; "
            "take some away"
        )
    for number, layer in enumerate(stack, start=1):
        if isinstance(layer, Conv2d) and layer.out_channels > MAX_CHANNELS:
            raise SceneError(
                f"a layer of the stage has at most {MAX_CHANNELS} channels, layer {number} has "
                f"{layer.out_channels}; take fewer"
            )
    cost = stack.cost((1, size, size))
    if cost > MAX_COST:
        raise SceneError(
            f"this stack needs {cost:,} multiply-adds a frame on {size}x{size} pixels, and a drag "
            f"stays smooth up to {MAX_COST:,}; take fewer channels or a smaller picture"
        )
    cells = 0
    for layer, (rows, cols) in _inputs(stack, size):
        down, across = layer.window((rows, cols)).padding
        cells += (rows + 2 * down) * (cols + 2 * across)
    if cells > MAX_CELLS:
        raise SceneError(
            f"the maps of this stack have {cells:,} cells with their padding, and the stage shows "
            f"up to {MAX_CELLS:,}; take less padding, fewer layers or a smaller picture"
        )
    receptive_fields(stack, (size, size))  # raises when a field or a jump is out of all measure


@lru_cache(maxsize=CACHED)
def _check_border(stack: Stack, size: int, padding_mode: PaddingMode) -> None:
    for number, (layer, sizes) in enumerate(_inputs(stack, size), start=1):
        if isinstance(layer, Conv2d):
            try:
                check_padding(sizes, layer.padding, padding_mode)
            except ShapeError as error:
                raise SceneError(f"layer {number}, {error}") from None


@lru_cache(maxsize=CACHED)
def map_shapes(stack: Stack, size: int) -> tuple[Shape, ...]:
    """Return the (channels, rows, cols) of every map on a picture of `size`."""
    return stack.shapes((1, size, size))


def _inputs(stack: Stack, size: int) -> list[tuple[Layer, Pair]]:
    """Return every layer with the (rows, cols) of the map that comes into it."""
    shapes = ((1, size, size), *map_shapes(stack, size))
    return [(layer, shape[1:]) for layer, shape in zip(stack, shapes, strict=False)]


def _check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        shown = str(value)[:40]
        raise SceneError(
            f"there is no {name} \u201c{shown}\u201d; choose {', '.join(map(str, choices))}"
        )
