"""Strategies that draw scenes that can be shown, and the parts of one."""

from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pages.ui.scene.channels import convolutions_of
from pages.ui.scene.choices import (
    PICTURE_SIZES,
    RINGS,
    UPLOAD,
    VIEWS,
    Moves,
    pattern_size,
    patterns_of,
)
from pages.ui.scene.grid import GRID, GRID_SIZES
from pages.ui.scene.head_training import CLASSES, Training
from pages.ui.scene.lenses import LensName
from pages.ui.scene.limits import SceneError, check_stack
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from rfcore.errors import RfcoreError
from rfcore.filters import CHOICES
from rfcore.heads.experiment import REGIONS
from rfcore.layers import (
    AvgPool2d,
    BlurPool2d,
    Conv2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    Layer,
    MaxPool2d,
    ReLU,
)
from rfcore.ops import PADDING_MODES
from rfcore.pictures.backgrounds import BACKGROUNDS
from rfcore.stack import Stack
from tests.support.operations import pairs
from tests.support.scenes import PHOTO

# Examples are small; a busy machine must not fail a test for being slow.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def any_layer(draw: st.DrawFn) -> Layer:
    kind = draw(
        st.sampled_from(
            (Conv2d, MaxPool2d, AvgPool2d, BlurPool2d, ReLU, GlobalAvgPool2d, GlobalMaxPool2d)
        )
    )
    if kind in (ReLU, GlobalAvgPool2d, GlobalMaxPool2d):
        return kind()
    kernel_size, stride = draw(pairs(2, 5)), draw(pairs(1, 3))
    if kind is BlurPool2d:
        return BlurPool2d(kernel_size, stride)
    if kind is Conv2d:
        return Conv2d(
            kernel_size,
            stride,
            padding=draw(pairs(0, 2)),
            dilation=draw(pairs(1, 2)),
            out_channels=draw(st.integers(1, 6)),
        )
    return kind(kernel_size, stride, padding=draw(pairs(0, 1)))


@st.composite
def any_stack(draw: st.DrawFn, size: int) -> Stack:
    layers: list[Layer] = []
    for layer in draw(st.lists(any_layer(), min_size=1, max_size=6)):
        try:
            check_stack(Stack((*layers, layer)), size)
        except RfcoreError:
            continue
        layers.append(layer)
    return Stack(tuple(layers) or (ReLU(),))


def any_cells(size: int) -> st.SearchStrategy[str]:
    """Any numbers in a grid of so many cells a side."""
    return st.text("0123456789", min_size=size * size, max_size=size * size)


@st.composite
def any_scene(
    draw: st.DrawFn,
    *,
    sizes: tuple[int, ...] = PICTURE_SIZES,
    images: tuple[str, ...] = BACKGROUNDS,
    lenses: tuple[LensName, ...] = ("maps",),
    moves: tuple[Moves, ...] = ("pattern",),
) -> Scene:
    """Any scene that can be shown; a "photo" among `images` brings one along."""
    image = draw(st.sampled_from(images))
    size = draw(st.sampled_from(GRID_SIZES if image == GRID else sizes))
    pattern = draw(st.sampled_from(patterns_of(image)))
    limit = size - pattern_size(pattern, size)
    stack = draw(any_stack(size))
    shapes = stack.shapes((1, size, size))
    at = draw(st.none() | st.integers(0, len(shapes) - 1))
    unit = None
    if at is not None:
        rows, cols = shapes[at][1:]
        unit = Unit(at, draw(st.integers(0, rows - 1)), draw(st.integers(0, cols - 1)))
    scene = Scene(
        image=image,
        size=size,
        pattern=pattern,
        position=draw(pairs(0, limit)),
        start=draw(pairs(0, limit)),
        stack=stack,
        kernels=tuple(draw(st.sampled_from(CHOICES)) for _ in range(len(convolutions_of(stack)))),
        channels=tuple(draw(st.integers(0, shape[0] - 1)) for shape in shapes),
        unit=unit,
        view=draw(st.sampled_from(VIEWS)),
        photo=PHOTO if image == UPLOAD else None,
        lens=draw(st.sampled_from(lenses)),
        moves=draw(st.sampled_from(moves)),
        cells=draw(any_cells(size)) if image == GRID else "",
        pixel=draw(st.none() | pairs(0, size - 1)),
        rings=tuple(ring for ring in RINGS if draw(st.booleans())),
    )
    try:
        return replace(scene, padding_mode=draw(st.sampled_from(PADDING_MODES)))
    except SceneError:  # a map is too small to mirror or to wrap
        return scene


PAINTED_REGIONS = st.integers(1, 2**64 - 1).map(lambda bits: f"{bits:016x}")
TRAININGS = st.builds(
    Training,
    classes=st.lists(st.sampled_from(CLASSES), min_size=2, max_size=2, unique=True).map(tuple),
    where=st.sampled_from(REGIONS) | PAINTED_REGIONS,
    noise=st.sampled_from([0.0, 0.05, 0.1, 0.4, 1.0]),
    size_jitter=st.integers(0, 4),
    examples=st.integers(2, 600),
    seed=st.integers(0, 2**32 - 1),
)
