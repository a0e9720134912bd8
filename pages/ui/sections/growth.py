"""The growth of the field over the layers, as a chart; drawn by the page, never during a drag."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from pages.ui.sections.chart import Colors, show_chart, style_figure, theme_colors
from pages.ui.sections.derivation import DerivationStep, derivation
from pages.ui.sections.scrolling import LONG
from pages.ui.sections.whole_picture import whole_picture
from pages.ui.text.prose import prose
from rfcore.layers import Pair
from rfcore.stack import Stack

MIN_LOG_PIXELS = 100
"""Pixels from which on a doubling axis is used: the first layers would lie flat on another."""


_COLUMNS = ", columns"


def growth_figure(stack: Stack, image_size: Pair, colors: Colors | None = None) -> go.Figure:
    """Return the chart of size and jump by layer, with the picture's size as a level line.

    image_size: (rows, cols) of the picture. colors: of the lines; Plotly's own when left out.
    Raises ShapeError when the stack does not fit the picture.
    """
    colors = colors or Colors()
    steps = derivation(stack, image_size)
    numbers = [step.number for step in steps]
    names = [step.label for step in steps]
    figure = go.Figure()
    highest = max(image_size)
    for name, pairs, style in (
        ("field", [step.field.size for step in steps], {"color": colors.accent, "width": 3}),
        ("jump", [step.field.jump for step in steps], {"color": colors.text, "width": 1.5}),
        ("picture", [image_size] * len(steps), {"color": colors.text, "width": 1.5, "dash": "dot"}),
    ):
        for axis, values in _by_axis(name, pairs).items():
            mode = "lines" if name == "picture" or len(steps) > LONG else "lines+markers"
            figure.add_scatter(
                x=numbers,
                y=values,
                name=axis,
                mode=mode,
                line=style,
                marker={"size": 8},
                text=names,
                opacity=0.5 if axis.endswith(_COLUMNS) else 1,
                hovertemplate="%{text}: %{y} pixels",
            )
            highest = max(highest, *values)
    return style_figure(figure, x=_layer_axis(steps), y=_pixel_axis(highest))


def _by_axis(name: str, pairs: list[Pair]) -> dict[str, list[int]]:
    """Return one line by its name, or one for rows and one for columns where they differ."""
    rows, cols = ([pair[axis] for pair in pairs] for axis in (0, 1))
    return {name: rows} if rows == cols else {f"{name}, rows": rows, name + _COLUMNS: cols}


def _layer_axis(steps: tuple[DerivationStep, ...]) -> dict[str, Any]:
    every = -(-len(steps) // LONG)
    named = steps[::every]
    return {
        "tickvals": [step.number for step in named],
        "ticktext": [step.label for step in named],
        "range": [0.7, len(steps) + 0.3],
        "autotickangles": [0, -45, -90],  # slanted the other way, the last would not fit a phone
        "showgrid": False,
    }


def _pixel_axis(highest: int) -> dict[str, Any]:
    axis = {"title": "pixels"}
    if highest < MIN_LOG_PIXELS:
        return {**axis, "range": [0, highest * 1.06]}
    doublings = [2**n for n in range(highest.bit_length() + 1)]
    return {
        **axis,
        "title": "pixels (doubling)",
        "type": "log",
        "tickvals": doublings,
        "ticktext": list(map(str, doublings)),
        "minor": {"showgrid": False, "ticks": ""},
    }


def growth_chart(stack: Stack, image_size: Pair, key: str) -> None:
    """Show how size and jump grow, below a sentence on who can see the whole picture.

    key: of the chart, one for each that a page shows.
    """
    prose(whole_picture(stack, image_size))
    show_chart(
        lambda: growth_figure(stack, image_size, theme_colors()),
        key,
        "Field and jump of every layer in pixels, with the picture's size as a level line.",
        height=380,
    )
