"""The window lens: the sum of products in one cell of a convolution. Pure."""

from __future__ import annotations

from math import floor
from typing import Any

import numpy as np

from pages.ui.render.context import RenderContext
from pages.ui.render.lens import FrameInputs, FramePart
from pages.ui.render.maps import MapsLens, pattern_sentence
from pages.ui.render.readings import LayerReading, alike
from pages.ui.scene.custom_kernels import WEIGHT, WEIGHT_RULE, weight_texts
from pages.ui.scene.scene import Scene
from pages.ui.scene.scene_fields import Unit
from pages.ui.text.format import decimal, direction
from rfcore.layers import Conv2d, Pair
from rfcore.ops import Array, add_border, border_of
from rfcore.shifts import expected_shift

MAX_KERNEL = 7
"""The most rows or columns of a kernel whose products fit a panel."""


class WindowLens(MapsLens):
    """One window of the first layer: its inputs, its weights, and the sum of their products."""

    probes = True
    numbers = True

    def static_part(self, scene: Scene, context: RenderContext) -> FramePart:
        """Return the kernel's weights for the editor, and the rule for writing them."""
        layer = _written_out(scene)
        if layer is None:
            return FramePart({"kernel": None})
        rows, cols = layer.kernel_size
        border = scene.padding_mode if any(layer.padding) else None
        return FramePart(
            {
                "kernel": {
                    "rows": rows,
                    "cols": cols,
                    "weights": weight_texts(_kernel(context)),
                    "pattern": WEIGHT,
                    "rule": f"{WEIGHT_RULE[0].upper()}{WEIGHT_RULE[1:]}.",
                    "border": border,
                }
            }
        )

    def dynamic_part(self, inputs: FrameInputs) -> FramePart:
        """Return sentence, readouts, and the products of the shown window."""
        part = super().dynamic_part(inputs)
        layer = _written_out(inputs.scene)
        part.header["products"] = layer and _products(inputs, layer, _unit(inputs))
        return part

    def pattern_sentence(self, scene: Scene, readings: list[LayerReading]) -> str:
        """Say what the response in the first map did."""
        return response_sentence(scene.pattern, scene.moved, readings[0])


LENS = WindowLens()


def _written_out(scene: Scene) -> Conv2d | None:
    """Return the first layer if it is a convolution whose products fit a panel, else None."""
    layer = scene.stack.layers[0]
    if isinstance(layer, Conv2d) and max(layer.kernel_size) <= MAX_KERNEL:
        return layer
    return None


def _kernel(context: RenderContext) -> Array:
    """Return the weights of the first layer's shown channel, (rows, cols)."""
    kernels = context.network.kernels[0]
    assert kernels is not None  # a convolution has them
    kernel: Array = kernels[context.channels[0], 0]
    return kernel


def _unit(inputs: FrameInputs) -> Unit:
    """Return the probed unit of the first map; by default, one that follows the pattern.

    By default it is the unit with the largest response at the start of the drag, moved by the map's
    expected shift. Its products then stay the same as long as the convolution is equivariant.
    """
    probe = inputs.probe
    if probe is not None and probe.layer == 0:
        return probe
    response = inputs.start.responses[0]
    # Rounded, so that of responses that differ only by rounding the first is taken.
    found = np.unravel_index(int(np.abs(response).round(5).argmax()), response.shape)
    moved = expected_shift(inputs.scene.moved, inputs.context.fields[0].jump)
    row, col = (
        min(max(int(at) + floor(by), 0), count - 1)
        for at, by, count in zip(found, moved, response.shape, strict=True)
    )
    return Unit(0, row, col)


def _products(inputs: FrameInputs, layer: Conv2d, unit: Unit) -> dict[str, Any]:
    """Return the taps of a unit's window, row by row, as texts; `at`: (row, col) in the picture."""
    scene, context = inputs.scene, inputs.context
    kernel = _kernel(context)
    window = layer.window((scene.size, scene.size))
    padded = add_border(context.picture_of(scene), border_of(layer, scene.padding_mode))[0]
    rows, cols = (
        place * stride + np.arange(size) * dilation
        for place, stride, size, dilation in zip(
            (unit.row, unit.col), window.stride, window.kernel_size, window.dilation, strict=True
        )
    )
    # In float64, so that no rounding shows in the three decimals of the running sums.
    seen = padded[np.ix_(rows, cols)].astype(float).ravel()
    products = seen * kernel.astype(float).ravel()
    sums = np.cumsum(products)
    at = [
        [int(row) - window.padding[0], int(col) - window.padding[1]] for row in rows for col in cols
    ]
    beyond = [not (0 <= row < scene.size and 0 <= col < scene.size) for row, col in at]
    return {
        "unit": [unit.layer, unit.row, unit.col],
        "at": at,
        "beyond": beyond,
        "outside": f"{sum(beyond)} of {len(beyond)} inputs"
        + (f", dashed: {scene.padding_mode}" if any(beyond) else ""),
        "inputs": _texts(seen),
        "weights": _texts(kernel),
        "products": _texts(products),
        "sums": _texts(sums),
        "total": decimal(sums[-1]).replace("-", "\u2212"),
        "shares": np.clip(products / context.scales[0], -1, 1).round(2).tolist(),
    }


def _texts(values: Array) -> list[str]:
    return [decimal(value).replace("-", "\u2212") for value in np.ravel(values).tolist()]


def response_sentence(pattern: str, moved: Pair, reading: LayerReading) -> str:
    """Say what the response in one map did when the pattern moved."""
    if moved == (0, 0):
        return f"Drag the {pattern}, or point at a cell of the map: its products are written out."
    if not reading.followed or reading.measured is None:
        return pattern_sentence(pattern, moved, [reading])
    went = direction(reading.measured.shift, "cell")
    same = "the same numbers at other places"
    how = same if reading.measured.is_exact else alike(reading.measured)
    return f"Moved {direction(moved, 'px', plural='px')}. The response moved {went}: {how}."
