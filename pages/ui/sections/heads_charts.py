"""The charts of the heads' page, from what rfcore computed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from pages.ui.render.heads import head_name
from pages.ui.sections.chart import Colors, style_figure
from rfcore.heads.depth_study import DepthResult
from rfcore.ops import Array

_DASHES, _SIGNS = ("solid", "dash", "dot"), ("circle", "square", "diamond")


def map_figure(values: Array, scale: str, *, mark_zeros: bool = False) -> go.Figure:
    """Return a heat map of (rows, cols) values; mark_zeros: whether exact zeros stay empty.

    scale: Plotly's name of the colour scale.
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
    return style_figure(
        figure,
        x={"visible": False, "constrain": "domain"},
        y={"visible": False, "autorange": "reversed", "scaleanchor": "x"},
    )


def bars_figure(series: dict[str, Array], colors: Colors) -> go.Figure:
    """Return a chart with a pair of bars, one of each series, for every channel."""
    figure = go.Figure()
    for (name, values), color in zip(series.items(), (colors.text, colors.accent), strict=True):
        figure.add_bar(y=values, name=name, marker={"color": color})
    return style_figure(figure, x={"title": "channel"}, y={})


def depth_figure(results: Sequence[DepthResult], colors: Colors) -> go.Figure:
    """Return the accuracy of each head where no example was, over the size of the last field."""
    figure = go.Figure()
    shares = [100 * result.field_share for result in results]
    for at, head in enumerate(results[0].heads):
        figure.add_scatter(
            x=shares,
            y=[100 * float(result.untrained_right[at]) for result in results],
            name=head_name(head),
            mode="lines+markers",
            line={
                "dash": _DASHES[at],
                "width": 3,
                "color": colors.accent if at == 0 else colors.text,
            },
            marker={"symbol": _SIGNS[at], "size": 10},
            text=[str(result.stack) for result in results],
            hovertemplate="%{text}: %{y:.0f} %",
        )
    return style_figure(
        figure,
        x={"title": "last field, % of the picture", "range": [-3, 104]},
        y={"title": "right, %", "range": [0, 106]},
    )
