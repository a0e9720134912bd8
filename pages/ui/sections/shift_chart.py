"""The chart of the error by layer: drawn when a hand has come to rest, never during a drag."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.ui.sections.chart import Colors, dress, show, theme_colors
from pages.ui.sections.shift_errors import ShiftError, errors_sentence, shift_errors
from pages.ui.session.tab_state import tab_state
from pages.ui.text.prose import prose

CHARTS = "charts"
"""The key of the fragment, which a stage draws anew when it is named to it."""


@st.fragment(key=CHARTS)
def shift_chart() -> None:
    """Show how far each layer is from following the move of the learner's scene."""
    scene = tab_state().scene
    errors = shift_errors(scene)
    prose(errors_sentence(scene, errors))
    show(
        lambda: shift_figure(errors, theme_colors()),
        "shift_errors",
        "For every layer, how far shift-then-network and network-then-shift are apart.",
        height=300,
    )


def shift_figure(errors: tuple[ShiftError, ...], colors: Colors) -> go.Figure:
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
    return dress(figure, x={}, y=limits)
