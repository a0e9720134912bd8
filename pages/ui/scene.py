"""The scene: everything that decides what is on the stage, and its form as a link.

A share link, a lesson's step and a presenter's slide all hold one scene. Pure: no Streamlit here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from pages.ui.face_parts import FACE_SIZE, FACES, FEATURES, PICTURE_SIZE, WHOLE_FACE, FaceParts
from pages.ui.grid import FULL, GRID, GRID_SIZES, MARKS, check_cells, mark_size, resized_cells
from pages.ui.limits import SceneError, check_border, check_stack, map_shapes
from pages.ui.own_kernels import check_choice, fitted, is_own, own_choice
from pages.ui.photos import Photo
from pages.ui.training import Training, experiment_of
from rfcore.experiments import Experiment
from rfcore.filters import BANK
from rfcore.layers import Conv2d, Pair
from rfcore.ops import PADDING_MODES, PaddingMode
from rfcore.patterns import BACKGROUNDS, PATTERNS
from rfcore.stack import Stack

View = Literal["now", "start", "difference"]
VIEWS: tuple[View, ...] = get_args(View)

Lens = Literal["maps", "pool", "window", "roads", "sharing", "fields", "heads", "parts"]
LENSES: tuple[Lens, ...] = get_args(Lens)

Moves = Literal["pattern", "zeros", "wrap"]
MOVES: tuple[Moves, ...] = get_args(Moves)

Ring = Literal["box", "effective", "used"]
RINGS: tuple[Ring, ...] = get_args(Ring)

UPLOAD = "photo"
"""The name of the learner's own photo, beside the names of the drawn backgrounds."""

SIZES = (32, 48, 64, 96, 128, 192, 256)
"""Working sizes of the picture, pixels per side."""

DEFAULT_SIZE = 64
DEFAULT_GRID_SIZE = 8

PRESETS: dict[str, str] = {
    "convolve, pool, convolve": "C3x3/1 -> M2x2/2 -> C3x3/1",
    "convolutions only": "C3x3/1 -> C3x3/1 -> C3x3/1",
    "two pools": "C3x3/1p1 -> R -> M2x2/2 -> C3x3/1p1 -> R -> M2x2/2",
    "strided convolutions": "C3x3/2p1 -> C3x3/2p1",
    "average instead of max": "C3x3/1 -> A2x2/2 -> C3x3/1",
    "max, then blur": "C3x3/1 -> M2x2/1 -> B3x3/2 -> C3x3/1",
    "dilated": "C3x3/1 -> C3x3/1d2 -> C3x3/1d4",
}


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
    picture; it does not travel in a link. lens: what the stage looks at. moves: what the hand
    moves, the pattern alone or the whole picture with it, and what then comes in at the far edge.
    cells: the numbers of a grid, a digit each. pixel: the pinned (row, col) of the picture. rings:
    what is drawn of a unit's field, in the order of RINGS. training: of the heads, where there are
    any. parts: those of the face, through the lens of that name and no other.
    Raises SceneError, or what rfcore raises, for anything that cannot be shown.
    """

    image: str = "meadow"
    size: int = DEFAULT_SIZE
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
    lens: Lens = "maps"
    moves: Moves = "pattern"
    cells: str = ""
    pixel: Pair | None = None
    rings: tuple[Ring, ...] = ("box", "effective")
    training: Training | None = None
    parts: FaceParts | None = None

    def __post_init__(self) -> None:
        self._check_parts()
        self._check_picture()
        self._check_stack()
        self._check_shown()
        if self.training is not None:
            self._check_training(self.training)

    def _check_parts(self) -> None:
        if self.parts is None:
            if self.lens == "parts":
                raise SceneError("only a face of parts is seen through this lens")
            return
        if self.lens != "parts":
            raise SceneError(f"a face of parts is seen through the lens parts, not {self.lens}")
        if self.stack != FEATURES:
            raise SceneError(f"a face has the features of {FEATURES}, got {str(self.stack)[:40]}")
        if self.moves != "pattern":
            raise SceneError("here the face moves over its background, not the whole picture")

    def _check_picture(self) -> None:
        if self.image == UPLOAD and self.photo is None:
            raise SceneError("there is no photo of yours here yet; choose a picture or upload one")
        pictures = (*BACKGROUNDS, GRID, *([UPLOAD] if self.photo else []))
        if self.parts is not None:
            pictures = (FACES,)
        _check_choice("picture", self.image, pictures)
        _check_choice("picture size", self.size, sizes_of(self.image))
        _check_choice("pattern", self.pattern, patterns_of(self.image))
        if self.image == GRID:
            check_cells(self.cells, self.size)
        elif self.cells:
            raise SceneError(f"only a grid has cells of your own, the {self.image} has none")
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
        convolutions = len(convolutions_of(self.stack))
        if len(self.kernels) != convolutions:
            raise SceneError(
                f"the stack has {convolutions} convolutions and needs a choice of kernels for "
                f"each, got {len(self.kernels)}"
            )
        for choice, (number, layer, channels) in zip(
            self.kernels, convolutions_of(self.stack), strict=True
        ):
            check_choice(choice, layer, channels, number)
        check_border(self.stack, self.size, self.padding_mode)

    def _check_shown(self) -> None:
        shapes = map_shapes(self.stack, self.size)
        if len(self.channels) != len(shapes):
            raise SceneError(
                f"each of the {len(shapes)} layers shows one channel, got {len(self.channels)}"
            )
        for number, (channel, shape) in enumerate(zip(self.channels, shapes, strict=True), 1):
            if not 0 <= channel < shape[0]:
                raise SceneError(f"layer {number} has channels 1 to {shape[0]}, got {channel + 1}")
        if self.unit is not None and not self.has_unit(self.unit):
            if not 0 <= self.unit.layer < len(shapes):
                raise SceneError(
                    f"the stack has layers 1 to {len(shapes)}, got layer {self.unit.layer + 1}"
                )
            rows, cols = shapes[self.unit.layer][1:]
            raise SceneError(
                f"layer {self.unit.layer + 1} has rows 0 to {rows - 1} and columns 0 to "
                f"{cols - 1}, got unit {self.unit.row}, {self.unit.col}"
            )
        _check_choice("view", self.view, VIEWS)
        _check_choice("lens", self.lens, LENSES)
        _check_choice("way to move", self.moves, MOVES)
        for ring in self.rings:
            _check_choice("ring", ring, RINGS)
        if self.pixel is not None and not self.has_pixel(self.pixel):
            raise SceneError(
                f"the picture has rows and columns 0 to {self.size - 1}, got pixel "
                f"{self.pixel[0]}, {self.pixel[1]}"
            )

    def _check_training(self, training: Training) -> None:
        if self.image not in BACKGROUNDS:
            raise SceneError(
                f"heads are trained on a drawn picture, {', '.join(BACKGROUNDS)}, not on a "
                f"{self.image}"
            )
        if self.pattern not in training.classes:
            raise SceneError(
                f"the heads tell a {training.classes[0]} from a {training.classes[1]}; the pattern "
                f"is one of them, got \u201c{self.pattern}\u201d"
            )
        if self.moves != "pattern":
            raise SceneError(
                "the heads are asked about a pattern that moves alone, not with the whole picture"
            )
        if any(map(is_own, self.kernels)):
            raise SceneError("heads are trained on named kernels, not on weights of your own")
        assert self.experiment is not None  # its own checks have passed

    @property
    def experiment(self) -> Experiment | None:
        """The experiment in which the scene's heads are trained, where there are any."""
        if self.training is None:
            return None
        return experiment_of(
            self.training, self.image, self.size, self.stack, self.kernels, self.padding_mode
        )

    def has_unit(self, unit: Unit) -> bool:
        """Whether a unit is on one of this scene's maps."""
        shapes = map_shapes(self.stack, self.size)
        if not 0 <= unit.layer < len(shapes):
            return False
        rows, cols = shapes[unit.layer][1:]
        return 0 <= unit.row < rows and 0 <= unit.col < cols

    def has_pixel(self, pixel: Pair) -> bool:
        """Whether a pixel, (row, col), is in the picture."""
        return all(0 <= at < self.size for at in pixel)

    @property
    def pattern_size(self) -> int:
        """Pixels per side of the pattern: one, or a quarter of the picture."""
        return pattern_size(self.pattern, self.size)

    @property
    def full(self) -> int:
        """The number of a white pixel: 1, or that of a grid's cell."""
        return FULL if self.image == GRID else 1

    @property
    def moved(self) -> Pair:
        """How far the pattern is from where the drag began, (rows, cols) in pixels."""
        return self.position[0] - self.start[0], self.position[1] - self.start[1]

    def at_rest(self) -> Scene:
        """Return the scene without what a hand changes: one value for a whole drag."""
        return replace(
            self,
            position=(0, 0),
            start=(0, 0),
            unit=None,
            view="now",
            moves="pattern",
            pixel=None,
            rings=(),
            parts=None if self.parts is None else self.parts.at_rest(),
        )

    def with_stack(self, stack: Stack) -> Scene:
        """Return the scene with other layers, keeping every choice that still makes sense."""
        check_stack(stack, self.size)
        before = [layer.kernel_size for _, layer, _ in convolutions_of(self.stack)]
        after = convolutions_of(stack)
        more = len(after) - len(before)
        kernels = tuple(
            fitted(choice, size, layer.kernel_size, channels)
            for choice, size, (_, layer, channels) in zip(
                (*self.kernels, *[BANK] * more), (*before, *[None] * more), after, strict=False
            )
        )
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
        if image == GRID and self.image != GRID:
            size = size if size in GRID_SIZES else DEFAULT_GRID_SIZE
        elif image != GRID and self.image == GRID:
            size = size if size in SIZES else DEFAULT_SIZE
        _check_choice("picture size", size, sizes_of(image))
        check_stack(self.stack, size)
        pattern = self.pattern if self.pattern in patterns_of(image) else patterns_of(image)[0]
        limit = size - pattern_size(pattern, size)
        scale = size / self.size
        position, start = (
            (min(limit, round(row * scale)), min(limit, round(col * scale)))
            for row, col in (self.position, self.start)
        )
        same = size == self.size
        return replace(
            self,
            image=image,
            size=size,
            photo=photo,
            pattern=pattern,
            position=position,
            start=start,
            cells=resized_cells(self.cells, size) if image == GRID else "",
            unit=self.unit if same else None,
            pixel=self.pixel if same else None,
        )

    def with_weights(self, texts: Sequence[str]) -> Scene:
        """Return the scene with the learner's own weights, row by row, in its first convolution."""
        convolutions = convolutions_of(self.stack)
        if not convolutions:
            raise SceneError("this stack has no convolution, so there are no weights to write")
        choice = own_choice(texts, convolutions[0][1].kernel_size)
        return replace(self, kernels=(choice, *self.kernels[1:]))

    def with_training(self, training: Training) -> Scene:
        """Return the scene with heads that are trained in this way, one of the classes on it."""
        if self.pattern in training.classes:
            return replace(self, training=training)
        bare = replace(self, training=None)
        return replace(bare.with_pattern(training.classes[0]), training=training)

    def with_pattern(self, pattern: str) -> Scene:
        """Return the scene with another pattern, its middle where the old one's was."""
        _check_choice("pattern", pattern, patterns_of(self.image))
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
    if pattern == WHOLE_FACE:
        return FACE_SIZE
    if size in GRID_SIZES:
        return mark_size(pattern)
    return 1 if pattern == "pixel" else size // 4


def sizes_of(image: str) -> tuple[int, ...]:
    """Return the sizes that a picture can have."""
    if image == FACES:
        return (PICTURE_SIZE,)
    return GRID_SIZES if image == GRID else SIZES


def patterns_of(image: str) -> tuple[str, ...]:
    """Return the patterns that can be dragged over a picture."""
    if image == FACES:
        return (WHOLE_FACE,)
    return MARKS if image == GRID else PATTERNS


def convolutions_of(stack: Stack) -> list[tuple[int, Conv2d, int]]:
    """Return every convolution with its number, from 1, and how many channels it sees."""
    found, channels = [], 1
    for number, layer in enumerate(stack, start=1):
        if isinstance(layer, Conv2d):
            found.append((number, layer, channels))
            channels = layer.out_channels
    return found


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


def _check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        shown = str(value)[:40]
        raise SceneError(
            f"there is no {name} \u201c{shown}\u201d; choose {', '.join(map(str, choices))}"
        )
