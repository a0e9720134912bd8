"""What all charts have in common: the theme's colours, no toolbar, no frame of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

from pages.ui.session.stage_state import CHARTS_WAITING, stage_state


class Colors(NamedTuple):
    """The theme's colours: the accent, which marks a field on the stage too, and that of text."""

    accent: str | None = None
    text: str | None = None


def theme_colors() -> Colors:
    """Return the colours of the page's own light or dark."""
    theme = st.context.theme.type or "light"
    return Colors(*(st.get_option(f"theme.{theme}.{name}Color") for name in ("primary", "text")))


def style_figure(figure: go.Figure, *, x: dict[str, Any], y: dict[str, Any]) -> go.Figure:
    """Give a figure the look of all charts; x, y: what its axes are."""
    figure.update_layout(
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"automargin": True, "fixedrange": True, **x},
        yaxis={"automargin": True, "fixedrange": True, **y},
        dragmode=False,
    )
    return figure


def show_chart(make: Callable[[], go.Figure], key: str, words: str, height: int) -> None:
    """Show a chart; words: what it shows, for those who cannot see it. height: pixels.

    Plotly keeps a browser busy for a second when it is loaded, so no chart is made before the first
    comes near: the stage, which watches over the rooms kept for them, then has the page run anew.
    """
    if not stage_state("charts"):
        st.session_state[CHARTS_WAITING] = True
        st.container(key=f"chart_room_{key}", height=height + 16, border=False)
        return
    figure = make().update_layout(height=height)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=words)
