"""The common style of all charts, and a placeholder for a chart until it is scrolled near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

from pages.ui.session.own_work import heavy
from pages.ui.session.stage_state import CHARTS_WAITING, stage_state


class Colors(NamedTuple):
    """Colours of the theme: the accent, which also marks a field on the stage, and the text's."""

    accent: str | None = None
    text: str | None = None


def theme_colors() -> Colors:
    """Return the colours of the page's theme, light or dark."""
    theme = st.context.theme.type or "light"
    return Colors(*(st.get_option(f"theme.{theme}.{name}Color") for name in ("primary", "text")))


def style_figure(figure: go.Figure, *, x: dict[str, Any], y: dict[str, Any]) -> go.Figure:
    """Give a figure the style of all charts; x, y: Plotly's settings of the axes."""
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
    """Show a chart. words: its alternative text. height: in pixels.

    Loading Plotly keeps a browser busy for a second. So each chart is a placeholder until one of
    them is scrolled near the window. The stage watches for that, and the page then runs again.
    """
    if not stage_state("charts"):
        st.session_state[CHARTS_WAITING] = True
        st.container(key=f"chart_placeholder_{key}", height=height + 16, border=False)
        return
    with heavy():
        figure = make().update_layout(height=height)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=words)
