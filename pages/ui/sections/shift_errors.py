"""How far each layer is from following the move, in all its channels. Pure: no Streamlit here."""

from __future__ import annotations

from typing import NamedTuple

from pages.ui.render.context import FILLS, setting_of
from pages.ui.scene.scene import Scene
from rfcore.equivariance import LayerEquivariance, compare_activations
from rfcore.ops import Array


class LayerOffset(NamedTuple):
    """How far one layer is off after a move, in percent of its largest value.

    inside: where no field meets the border; None when there is no such cell. border: elsewhere,
    None likewise. blended: whether no whole-cell shift is right, and a blend stood in for it.
    """

    layer: str
    inside: float | None
    border: float | None
    blended: bool


def layer_offsets(scene: Scene) -> tuple[LayerOffset, ...]:
    """Return, layer by layer, how far shift-then-network and network-then-shift differ.

    When the pattern alone moves, it is compared by itself, on even gray as bright as the picture;
    else the whole picture is.
    """
    setting = setting_of(scene.at_rest())

    def activations(image: Array) -> tuple[Array, ...]:
        return setting.network.forward(image)

    if scene.moves == "pattern":
        silent = activations(setting.in_numbers(setting.gray))
        before, after = (
            tuple(
                seen - without
                for seen, without in zip(
                    activations(setting.on(setting.gray, place)), silent, strict=True
                )
            )
            for place in (scene.start, scene.position)
        )
    else:
        before = activations(setting.on(setting.background, scene.start))
        after = activations(setting.picture_of(scene))
    compared = compare_activations(
        scene.stack,
        before,
        after,
        scene.moved,
        (scene.size, scene.size),
        padding_mode=scene.padding_mode,
        fill=FILLS[scene.moves],
    )
    return tuple(
        _in_percent(f"{number} {layer}", result)
        for number, (layer, result) in enumerate(zip(scene.stack, compared, strict=True), start=1)
    )


def _in_percent(label: str, result: LayerEquivariance) -> LayerOffset:
    def share(amount: float | None) -> float | None:
        if amount is None or not result.scale:
            return None if amount is None else 0.0
        return 100 * amount / result.scale

    blended = not result.is_representable
    inside = result.blend_error if blended else result.error
    return LayerOffset(label, share(inside), share(result.border_error), blended)


def offsets_sentence(scene: Scene, errors: tuple[LayerOffset, ...]) -> str:
    """Say what the chart of these errors shows, and of what it speaks."""
    what = (
        f"the {scene.pattern} by itself, on even gray"
        if scene.moves == "pattern"
        else "the whole picture"
    )
    if scene.moved == (0, 0):
        return f"Drag, and let go: how far is each layer off? It is measured for {what}."
    off = [e.layer for e in errors if max(e.inside or 0.0, e.border or 0.0) >= MIN_SHOWN]
    if not off and any(e.inside is None and e.border is None for e in errors):
        return f"Measured for {what}: so far a move leaves nothing of some layers to compare."
    if not off:
        return f"Measured for {what}: every layer followed the move."
    return f"Measured for {what}: the first layer that is off is {off[0]}."


MIN_SHOWN = 1e-3
"""Percent below which an error is the rounding of float32."""
