"""The charts of the heads' page, from what rfcore computed; never drawn during a drag. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pages.ui.words_heads import head_name
from rfcore.depths import DepthResult
from rfcore.ops import Array

_DASHES, _SIGNS = ("solid", "dash", "dot"), ("circle", "square", "diamond")


def map_figure(
    values: Array, scale: str, *, mark_zeros: bool = False, height: int = 300
) -> go.Figure:
    """Return a map (rows, cols) as coloured cells; with `mark_zeros`, exact zeros stay empty.

    scale: Plotly's name of the colours.
    """
    zero = values == 0 if mark_zeros else np.zeros(values.shape, bool)
    figure = go.Figure(
        go.Heatmap(
            z=np.where(zero, np.nan, values),
            colorscale=scale,
            hoverongaps=False,
            hovertemplate="row %{y}, column %{x}: %{z:.3g}",
            name="",
            colorbar={"thickness": 10},
        )
    )
    rows, cols = np.nonzero(zero)
    figure.add_scatter(
        x=cols, y=rows, mode="text", text="0", hoverinfo="skip", textfont={"size": 9}
    )
    figure.update_layout(
        **_plain(height),
        xaxis={"visible": False, "constrain": "domain", "fixedrange": True},
        yaxis={"visible": False, "autorange": "reversed", "scaleanchor": "x", "fixedrange": True},
    )
    return figure


def bars_figure(series: dict[str, Sequence[float]], colors: Sequence[str | None]) -> go.Figure:
    """Return bars side by side, one for each channel, a colour for each of the series."""
    figure = go.Figure()
    for (name, values), color in zip(series.items(), colors, strict=True):
        figure.add_bar(y=list(values), name=name, marker={"color": color})
    figure.update_layout(
        **_plain(200),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": "channel", "fixedrange": True},
        yaxis={"fixedrange": True},
    )
    return figure


def depth_figure(results: Sequence[DepthResult], color: str | None = None) -> go.Figure:
    """Return each head's share of right answers where no example was, against the last field."""
    figure = go.Figure()
    shares = [100 * result.field_share for result in results]
    for at, head in enumerate(results[0].heads):
        figure.add_scatter(
            x=shares,
            y=[100 * float(result.untrained_right[at]) for result in results],
            name=head_name(head),
            mode="lines+markers",
            line={"dash": _DASHES[at], "width": 3, "color": color if at == 0 else None},
            marker={"symbol": _SIGNS[at], "size": 10},
            text=[str(result.stack) for result in results],
            hovertemplate="%{text}: %{y:.0f} %",
        )
    figure.update_layout(
        **_plain(340),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis={"title": "last field, % of the picture", "range": [-3, 104], "fixedrange": True},
        yaxis={"title": "right, %", "range": [0, 106], "fixedrange": True},
    )
    return figure


def _plain(height: int) -> dict[str, object]:
    return {
        "height": height,
        "margin": {"l": 0, "r": 8, "t": 8, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "dragmode": False,
    }
