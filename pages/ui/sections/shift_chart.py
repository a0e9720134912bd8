"""The chart of the error by layer: drawn when a hand has come to rest, never during a drag."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.ui.sections.chart import Colors, show_chart, style_figure, theme_colors
from pages.ui.sections.shift_errors import LayerOffset, layer_offsets, offsets_sentence
from pages.ui.session.tab_state import tab_state
from pages.ui.text.prose import prose

CHARTS_FRAGMENT = "charts"
"""The key of the fragment, which a stage draws anew when it is named to it."""


@st.fragment(key=CHARTS_FRAGMENT)
def shift_chart() -> None:
    """Show how far each layer is from following the move of the learner's scene."""
    scene = tab_state().scene
    errors = layer_offsets(scene)
    prose(offsets_sentence(scene, errors))
    show_chart(
        lambda: shift_figure(errors, theme_colors()),
        "shift_errors",
        "For every layer, how far shift-then-network and network-then-shift are apart.",
        height=300,
    )


def shift_figure(errors: tuple[LayerOffset, ...], colors: Colors) -> go.Figure:
    """Return the bars of the errors, in percent of each layer's largest value."""
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
