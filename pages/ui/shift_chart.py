"""The chart of the error by layer: drawn when a hand has come to rest, never during a drag."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.ui.session import learner
from pages.ui.shift_errors import ShiftError, errors_sentence, shift_errors

CHARTS = "charts"
"""The key of the fragment, which a stage draws anew when it is named to it."""


@st.fragment(key=CHARTS)
def shift_chart() -> None:
    """Show how far each layer is from following the move of the learner's scene."""
    scene = learner().scene
    errors = shift_errors(scene)
    st.markdown(errors_sentence(scene, errors))
    st.plotly_chart(
        shift_figure(errors),
        key="shift_errors",
        config={"displayModeBar": False},
        alt="For every layer, how far shift-then-network and network-then-shift are apart.",
    )


def shift_figure(errors: tuple[ShiftError, ...]) -> go.Figure:
    """Return the bars of the errors, in percent of each layer's largest value."""
    theme = st.context.theme.type or "light"
    accent, text = (st.get_option(f"theme.{theme}.{name}Color") for name in ("primary", "text"))
    labels = [error.layer for error in errors]
    highest = max([1.0, *(e.inside or 0.0 for e in errors), *(e.border or 0.0 for e in errors)])
    figure = go.Figure()
    for name, values, color, pattern in (
        ("inside", [error.inside for error in errors], accent, ""),
        ("at the border", [error.border for error in errors], text, "/"),
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
    figure.update_layout(
        height=300,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"automargin": True, "fixedrange": True},
        yaxis={
            "title": "% of the largest value",
            "range": [0, highest * 1.15],
            "automargin": True,
            "fixedrange": True,
        },
        dragmode=False,
    )
    return figure
