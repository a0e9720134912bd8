"""The limits of a scene: cost and size of the stack, of its maps and of a training. Pure."""

from __future__ import annotations

from functools import lru_cache

from pages.ui.scene.frame_cost import frame_cost
from rfcore.errors import RfcoreError, ShapeError
from rfcore.layers import Conv2d, Layer, Pair, Shape
from rfcore.ops import PaddingMode, check_padding
from rfcore.receptive_field import receptive_fields
from rfcore.stack import Stack

_CACHED = 256
"""Entries of the caches of checked stacks: a scene is built again at every move of a drag."""

MAX_LAYERS = 12
MAX_CHANNELS = 32
MAX_COST = 80_000_000
"""Multiply-adds of one frame: about 30 ms on one core. Every preset stays below it at any size."""
MAX_CELLS = 1_000_000
"""Cells of all shown maps, with padding and one channel per layer: about 2 MB of a frame."""

MAX_FIRST_FRAME = 120
"""ms of CPU time of a scene's first frame, as `frame_cost` estimates it."""
MAX_FURTHER_FRAME = 45
"""ms of each further one. Estimates err by a third; measured, frames take up to 150 and 60."""
MAX_GRADIENT = 55
"""ms for the gradient of one unit; where it takes longer, the stage says so in its place."""
MAX_NUMBERS = 10_000_000
"""Numbers of all maps, all their channels and padding: 40 MB while a first frame is computed."""
MAX_KERNEL_WEIGHTS = 1_000_000
"""Weights of all convolutions; each takes 20 bytes while it is drawn."""

MAX_TRAINING = 250_000_000_000
"""Multiply-adds of a training and its evaluation: under a minute on one core.
All that the controls offer stays below it."""
MAX_COMPARISON = 300_000_000_000
"""Multiply-adds of a comparison of depths, which is five trainings: about a minute on one core.
Pictures of up to 96 pixels stay below it."""
QUICK_TRAINING = 40_000_000_000
"""Multiply-adds of the largest training that a link may start: about 8 s on one core."""


class SceneError(RfcoreError):
    """A scene cannot be shown; the message names the part and the rule that it breaks."""


@lru_cache(maxsize=_CACHED)
def check_stack(stack: Stack, size: int) -> None:
    """Raise if a stack does not fit a picture of `size`, or is too expensive for a drag."""
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
    for layer, (rows, cols) in inputs_of(stack, size):
        down, across = layer.window((rows, cols)).padding
        cells += (rows + 2 * down) * (cols + 2 * across)
    if cells > MAX_CELLS:
        raise SceneError(
            f"this stack\u2019s maps have {cells:,} cells with padding; the stage shows up to "
            f"{MAX_CELLS:,}: take less padding, fewer layers or a smaller picture"
        )
    receptive_fields(stack, (size, size))  # raises if a field or a jump is too large
    _check_frames(stack, size)


def _check_frames(stack: Stack, size: int) -> None:
    """Raise when a frame would take too long, or too much memory; by what it really does."""
    frames = frame_cost(stack, size)
    if frames.weights > MAX_KERNEL_WEIGHTS:
        raise SceneError(
            f"this stack has {frames.weights:,} weights; the stage takes up to "
            f"{MAX_KERNEL_WEIGHTS:,}: take smaller kernels or fewer channels"
        )
    if frames.numbers > MAX_NUMBERS:
        raise SceneError(
            f"all channels of these maps have {frames.numbers:,} numbers; the stage holds up to "
            f"{MAX_NUMBERS:,}: take fewer channels or less padding"
        )
    for what, takes, most in (
        ("to open", frames.first, MAX_FIRST_FRAME),
        ("a frame", frames.further, MAX_FURTHER_FRAME),
    ):
        if takes > most:
            raise SceneError(
                f"this stack takes some {takes:.0f} ms {what} on {size}x{size} pixels, and up to "
                f"{most} are smooth; take fewer channels or a smaller picture"
            )


@lru_cache(maxsize=_CACHED)
def check_border(stack: Stack, size: int, padding_mode: PaddingMode) -> None:
    """Raise SceneError if a convolution pads more than its input can mirror or wrap."""
    for number, (layer, sizes) in enumerate(inputs_of(stack, size), start=1):
        if isinstance(layer, Conv2d):
            try:
                check_padding(sizes, layer.padding, padding_mode)
            except ShapeError as error:
                raise SceneError(f"layer {number}, {error}") from None


def check_training(work: int) -> None:
    """Raise SceneError if a training takes too long for a page; work: in multiply-adds."""
    what = "training these heads, and asking them everywhere,"
    _check_work(what, work, MAX_TRAINING, "take a smaller picture or pool more")


def check_comparison(work: int) -> None:
    """Raise SceneError if a comparison of depths takes too long; work: in multiply-adds."""
    _check_work("training all five networks", work, MAX_COMPARISON, "take a smaller picture")


def _check_work(what: str, work: int, most: int, advice: str) -> None:
    if work > most:
        raise SceneError(
            f"{what} takes {work:,} multiply-adds; a page does up to {most:,}: {advice}"
        )


@lru_cache(maxsize=_CACHED)
def map_shapes(stack: Stack, size: int) -> tuple[Shape, ...]:
    """Return the (channels, rows, cols) of every map on a picture of `size`."""
    return stack.shapes((1, size, size))


def inputs_of(stack: Stack, size: int) -> list[tuple[Layer, Pair]]:
    """Return every layer with the (rows, cols) of its input."""
    shapes = ((1, size, size), *map_shapes(stack, size))
    return [(layer, shape[1:]) for layer, shape in zip(stack, shapes, strict=False)]
