"""The sharing lens in words: where a response went, and how many weights it took. Pure."""

from __future__ import annotations

from math import prod

from pages.ui.render.readings import ALIKE, LayerReading, alike
from pages.ui.scene.scene import Scene
from pages.ui.text.format import direction
from rfcore.errors import KernelError
from rfcore.layers import Layer


def weight_counts(shape: tuple[int, ...]) -> tuple[str, str]:
    """Return the number of weights with one kernel, and with one for each place, as sums.

    shape: that of the untied kernels, (out_rows, out_cols, and that of one kernel).

    >>> weight_counts((32, 32, 1, 1, 3, 3))
    ('9', '9 × 1,024 = 9,216')
    """
    places, one = prod(shape[:2]), prod(shape[2:])
    return f"{one:,}", f"{one:,} \u00d7 {places:,} = {places * one:,}"


def no_convolution(layer: Layer) -> str:
    """Say that a stack has no weights to share where it begins."""
    return (
        f"Weights are shared in a convolution, and these layers begin with: {layer.name}. "
        "Put a convolution first."
    )


def too_many_weights(error: KernelError) -> str:
    """Say that a layer without weight sharing is too large here, and what would be right."""
    return f"Without weight sharing this layer is too large: {error}."


def sentence(scene: Scene, shared: LayerReading, own: LayerReading) -> str:
    """Say where the response went, with one kernel for all places and with one for each."""
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
