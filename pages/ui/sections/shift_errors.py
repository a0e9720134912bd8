"""The equivariance error of each layer after the move, over all channels, as a chart."""

from __future__ import annotations

from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

from pages.ui.render.context import FILLS, render_context
from pages.ui.scene.scene import Scene
from pages.ui.sections.chart import Colors, show_chart, style_figure, theme_colors
from pages.ui.session.own_work import heavy
from pages.ui.session.tab_state import tab_state
from pages.ui.text.prose import prose
from rfcore.equivariance import LayerEquivariance, compare_activations
from rfcore.ops import Array

MIN_SHOWN = 1e-3
"""Percent below which an error is float32 rounding."""

SHIFT_CHART_FRAGMENT = "charts"
"""The key of the fragment; a stage that is given it redraws the fragment when a drag ends."""


class LayerOffset(NamedTuple):
    """The error of one layer after a move, in percent of its largest value.

    inside: over cells whose field does not meet the border; None when there are none. border: over
    all other cells; None when there are none. blended: whether the expected shift is a fraction of
    a cell, so that the map was compared with a blend of two whole-cell shifts.
    """

    layer: str
    inside: float | None
    border: float | None
    blended: bool


def layer_offsets(scene: Scene) -> tuple[LayerOffset, ...]:
    """Return for each layer how far shift-then-network and network-then-shift differ.

    When only the pattern moves, it is compared by itself, on even gray as bright as the picture.
    Otherwise the whole picture is compared.
    """
    context = render_context(scene.without_drag())

    def activations(image: Array) -> tuple[Array, ...]:
        return context.network.forward(image)

    if scene.moves == "pattern":
        baseline = activations(context.in_numbers(context.gray))
        before, after = (
            tuple(
                seen - without
                for seen, without in zip(
                    activations(context.on(context.gray, place)), baseline, strict=True
                )
            )
            for place in (scene.start, scene.position)
        )
    else:
        before = activations(context.on(context.background, scene.start))
        after = activations(context.picture_of(scene))
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
    """Return a sentence on the first layer with an error, and on what was compared."""
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


@st.fragment(key=SHIFT_CHART_FRAGMENT)
def shift_chart() -> None:
    """Show the error of each layer after the move in the learner's scene."""
    scene = tab_state().scene
    with heavy():
        errors = layer_offsets(scene)
    prose(offsets_sentence(scene, errors))
    show_chart(
        lambda: shift_figure(errors, theme_colors()),
        "shift_errors",
        "For every layer, how far shift-then-network and network-then-shift are apart.",
        height=300,
    )


def shift_figure(errors: tuple[LayerOffset, ...], colors: Colors) -> go.Figure:
    """Return a bar chart of the errors, in percent of each layer's largest value."""
    labels = [error.layer for error in errors]
    highest = max([1.0, *(e.inside or 0.0 for e in errors), *(e.border or 0.0 for e in errors)])
    figure = go.Figure()
    for name, values, color, pattern in (
        ("inside", [error.inside for error in errors], colors.accent, ""),
        ("at the border", [error.border for error in errors], colors.text, "/"),
    ):
        figure.add_bar(
            x=labels,
            y=values,
            name=name,
            marker={"color": color, "pattern": {"shape": pattern}},
            text=["" if value is None else f"{value:.0f} %" for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}, " + name + ": %{y:.2g} %",
        )
    limits = {"title": "% of the largest value", "range": [0, highest * 1.15]}
    return style_figure(figure, x={}, y=limits)
