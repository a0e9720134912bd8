"""The growth of the field over the layers, as a list of steps and as a chart."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.ui.sections.chart import Colors, show_chart, style_figure, theme_colors
from pages.ui.sections.derivation import (
    MAX_UNSCROLLED,
    DerivationStep,
    derivation,
    derivation_intro,
    growth_sentence,
    list_height,
    whole_picture_text,
)
from pages.ui.text.prose import prose
from rfcore.layers import Pair
from rfcore.stack import Stack

MIN_LOG_PIXELS = 100
"""The smallest range in pixels with a logarithmic axis; a linear one would flatten the start."""

_COLUMNS = ", columns"


def growth_figure(stack: Stack, image_size: Pair, colors: Colors | None = None) -> go.Figure:
    """Return the chart of size and jump by layer, with the picture's size as a horizontal line.

    image_size: (rows, cols) of the picture. colors: of the lines; by default Plotly's. Raises
    ShapeError if the stack does not fit the picture.
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
            mode = "lines" if name == "picture" or len(steps) > MAX_UNSCROLLED else "lines+markers"
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
    """Return one series, or one for rows and one for columns where they differ."""
    rows, cols = ([pair[axis] for pair in pairs] for axis in (0, 1))
    return {name: rows} if rows == cols else {f"{name}, rows": rows, name + _COLUMNS: cols}


def _layer_axis(steps: tuple[DerivationStep, ...]) -> dict[str, Any]:
    every = -(-len(steps) // MAX_UNSCROLLED)
    named = steps[::every]
    return {
        "tickvals": [step.number for step in named],
        "ticktext": [step.label for step in named],
        "range": [0.7, len(steps) + 0.3],
        "autotickangles": [0, -45, -90],  # the other slant would not fit a phone at the last layer
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
    """Show the growth of size and jump, below a sentence on which layer sees the whole picture.

    key: of the chart; unique on a page.
    """
    prose(whole_picture_text(stack, image_size))
    show_chart(
        lambda: growth_figure(stack, image_size, theme_colors()),
        key,
        "Field and jump of every layer in pixels, with the picture's size as a level line.",
        height=380,
    )


def field_arithmetic(stack: Stack, image_size: Pair, key: str) -> None:
    """Show a stack's derivation and its growth chart.

    image_size: (rows, cols) of the picture, which the stack must fit.
    key: of the chart; unique on a page.
    """
    derivation_list(stack, image_size)
    growth_chart(stack, image_size, key)


def derivation_list(stack: Stack, image_size: Pair) -> None:
    """Show the derivation of the field, layer by layer; a long list scrolls.

    image_size: (rows, cols) of the picture, which the stack must fit.
    """
    steps = derivation(stack, image_size)
    prose(f"{derivation_intro(steps)} {growth_sentence(steps)}")
    with st.container(height=list_height(len(steps))):
        st.markdown("\n".join(f"{step.number}. **{step.result}** {step.words}" for step in steps))
