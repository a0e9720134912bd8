"""The weight-sharing lens: one kernel for all places, compared with one for each place. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from pages.ui.render import readings
from pages.ui.render.array_cache import cached_arrays, cached_by_scene
from pages.ui.render.context import (
    RenderContext,
    render_context,
    start_activations,
)
from pages.ui.render.lens import FrameInputs, FramePart, Lens, as_plane, extra_map
from pages.ui.render.readings import ALIKE, LayerReading, alike
from pages.ui.scene.grid import GRID
from pages.ui.scene.scene import Scene
from pages.ui.text.format import direction
from rfcore.errors import KernelError
from rfcore.layers import Conv2d, Layer, Pair
from rfcore.ops import Array, PaddingMode
from rfcore.ops.locally_connected import locally_connected_conv2d, locally_connected_kernels
from rfcore.shifts import changed_cells, expected_shift, measured_shift

LOCALLY_CONNECTED_HEADROOM = 4
"""Range of the locally connected map's plane, in multiples of the value of the strongest colour."""

_LABELS = (
    ("weights", "weights", "Of the one channel that is shown; a bias is left out."),
    (
        "measured",
        "response went",
        "Measured for the pattern by itself, on even gray. Alike: how well the response matches "
        "the one before; 100 % is a copy.",
    ),
)

_NOTHING = {"weights": "\u2013", "measured": "\u2013"}


@dataclass(frozen=True, eq=False)
class LocallyConnected:
    """A layer like a convolution of one channel to one, but with another kernel at each place.

    kernels: from `locally_connected_kernels`. strength: the sum of the absolute weights of each
    kernel.
    """

    layer: Conv2d
    padding_mode: PaddingMode
    kernels: Array
    strength: np.float32

    def map_of(self, picture: Array) -> Array:
        """Return the map (rows, cols) of a picture (1, rows, cols)."""
        layer = self.layer
        found = locally_connected_conv2d(
            picture,
            self.kernels,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            padding_mode=self.padding_mode,
        )
        values: Array = found[0] * self.strength
        return values


class WeightSharingLens(Lens):
    """The map of a convolution beside that of the same layer without weight sharing."""

    labels = _LABELS

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the locally connected panel, with the colour scale of the convolution's map."""
        if isinstance(locally_connected_of(scene, context), str):
            return FramePart()
        full = context.scales[0]
        title = "its own kernel at every place"
        panel = extra_map(
            0,
            title,
            "random kernels as strong as the shared one",
            full * LOCALLY_CONNECTED_HEADROOM,
            full=full,
        )
        titles = ["one kernel for all places", *[None] * (len(scene.stack) - 1)]
        numbers = scene.image == GRID
        return FramePart({"extras": [panel], "titles": titles, "numbers": numbers})

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return the second map, the parameters of both layers, and the shift of each response."""
        scene, context = inputs.scene, inputs.context
        others: list[dict[str, str]] = [_NOTHING for _ in scene.stack.layers[1:]]
        locally_connected = locally_connected_of(scene, context)
        if isinstance(locally_connected, str):
            return FramePart({"sentence": locally_connected, "readings": [_NOTHING, *others]})
        shared, own = (
            _response(inputs, *responses)
            for responses in (
                _shared_responses(inputs),
                _locally_connected_responses(inputs, locally_connected),
            )
        )
        one, all_of_them = weight_counts(locally_connected.kernels.shape)
        header = {
            "sentence": locally_connected_sentence(scene, shared, own),
            "readings": [
                {"weights": one, "measured": readings.measured_text(shared)},
                *others,
                {"weights": all_of_them, "measured": readings.measured_text(own)},
            ],
        }
        values = locally_connected.map_of(context.picture_of(scene))
        return FramePart(
            header, {"extra0": as_plane(values, context.scales[0] * LOCALLY_CONNECTED_HEADROOM)}
        )


LENS = WeightSharingLens()


def locally_connected_of(scene: Scene, context: RenderContext) -> LocallyConnected | str:
    """Return a scene's first layer without weight sharing, or a sentence that says why not.

    Each kernel has the same sum of absolute weights as the shared one, so that the maps have
    comparable values.
    """
    layer = scene.stack.layers[0]
    if not isinstance(layer, Conv2d):
        return no_convolution(layer)
    single, channel = replace(layer, out_channels=1), scene.channels[0]
    try:
        kernels = _kernels(single, scene.size, channel)
    except KernelError as error:
        return too_many_weights(error)
    shared = context.network.kernels[0]
    strength = 0.0 if shared is None else np.abs(shared[channel]).sum()
    return LocallyConnected(single, scene.padding_mode, kernels, np.float32(strength))


@cached_arrays
def _kernels(layer: Conv2d, size: int, channel: int) -> Array:
    return locally_connected_kernels(layer, 1, (size, size), seed=channel)


def _shared_responses(inputs: FrameInputs) -> tuple[Array, Array]:
    """Return what the pattern alone adds to the convolution's map, at the start and now."""
    scene, seen = inputs.scene, (inputs.start, inputs.now)
    if scene.moves != "pattern":
        seen = (
            start_activations(scene.without_drag(), scene.start),
            inputs.context.activations(replace(scene, moves="pattern")),
        )
    before, now = (each.responses[0] for each in seen)
    return before, now


def _locally_connected_responses(
    inputs: FrameInputs, locally_connected: LocallyConnected
) -> tuple[Array, Array]:
    """Return what the pattern alone adds to the locally connected map, at the start and now."""
    scene = inputs.scene
    before = _locally_connected_at_start(scene.without_drag(), scene.start)
    return before, _locally_connected_response(inputs.context, locally_connected, scene.position)


@cached_by_scene
def _locally_connected_at_start(scene: Scene, start: Pair) -> Array:
    """Return the locally connected response at the start of a drag; cached for the whole drag."""
    context = render_context(scene)
    locally_connected = locally_connected_of(scene, context)
    assert isinstance(locally_connected, LocallyConnected)  # callers check that there is one
    return _locally_connected_response(context, locally_connected, start)


def _locally_connected_response(
    context: RenderContext, locally_connected: LocallyConnected, position: Pair
) -> Array:
    # The layer is linear, so the pattern's part of the picture gives its part of the map.
    baseline = context.in_numbers(context.gray)
    return locally_connected.map_of(context.on(context.gray, position) - baseline)


def _response(inputs: FrameInputs, before: Array, now: Array) -> readings.LayerReading:
    """Return the change of a response since the start of the drag."""
    scene, jump = inputs.scene, inputs.context.fields[0].jump
    expected = expected_shift(scene.moved, jump)
    return readings.LayerReading(
        number=1,
        layer=scene.stack.layers[0],
        jump=jump,
        expected=expected,
        measured=measured_shift(before, now, near=(float(expected[0]), float(expected[1]))),
        changed=changed_cells(before, now),
        cells=now.size,
    )


def weight_counts(shape: tuple[int, ...]) -> tuple[str, str]:
    """Return the number of weights with one kernel, and the product for one kernel per place.

    shape: of the locally connected kernels, (out_rows, out_cols, *shape of one kernel).

    >>> weight_counts((32, 32, 1, 1, 3, 3))
    ('9', '9 × 1,024 = 9,216')
    """
    places, one = prod(shape[:2]), prod(shape[2:])
    return f"{one:,}", f"{one:,} \u00d7 {places:,} = {places * one:,}"


def no_convolution(layer: Layer) -> str:
    """Say that the first layer of a stack has no weights to share."""
    return (
        f"Weights are shared in a convolution, and these layers begin with: {layer.name}. "
        "Put a convolution first."
    )


def too_many_weights(error: KernelError) -> str:
    """Say that a layer without weight sharing is too large, and which size would fit."""
    return f"Without weight sharing this layer is too large: {error}."


def locally_connected_sentence(scene: Scene, shared: LayerReading, own: LayerReading) -> str:
    """Say how far the response moved, with one kernel for all places and with one for each."""
    if scene.moved == (0, 0):
        return f"Drag the {scene.pattern}. Which map gives the same response at another place?"
    return (
        f"Moved {direction(scene.moved, 'px', plural='px')}. The shared kernel {_gave(shared)}. "
        f"With its own kernel at every place the layer {_gave(own)}."
    )


def _gave(reading: LayerReading) -> str:
    if not reading.has_places:
        return "has one cell, and no places left"
    if reading.measured is None:
        return "shows nothing of it at both places" if reading.changed else "shows nothing of it"
    found = reading.measured
    if found.similarity < ALIKE:
        return f"gives another response, only {alike(found)}"
    where = direction(found.shift, "cell") if any(found.shift) else "in the same cells"
    response = "the same response" if found.is_exact else f"a response {alike(found)}"
    return f"gives {response}, {where}"
