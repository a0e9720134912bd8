"""The chart of the grids' accuracy: with the face in place, and after a move."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from pages.ui.render.parts import grid_name, untaught_distance
from pages.ui.sections.chart import show_chart, style_figure, theme_colors
from pages.ui.session.tab_state import tab_state
from pages.ui.text.format import percent
from pages.ui.text.prose import prose
from pages.ui.training.faces import GRID_STORE, TrainedGrids

GRIDS_FRAGMENT = "parts_chart"
"""The key of the fragment; it runs again when other grids or another distance are chosen."""


@st.fragment(key=GRIDS_FRAGMENT)
def parts_chart() -> None:
    """Show the accuracy of each grid when the face has not moved, and when it has."""
    parts = tab_state().scene.parts
    assert parts is not None
    trained = GRID_STORE.find(parts.spec)
    if trained is None:
        st.caption("The chart comes when the grids are trained.")
        return
    spec = parts.spec
    prose(examples_text(trained), quiet=True)
    distances = spec.distances[1:] or spec.distances
    distance = st.select_slider(
        "The whole face moves by (px)",
        distances,
        value=untaught_distance(spec),
        key=f"parts_distance_{spec.kind}",
        width=420,
        help=f"In the pictures to learn from it had moved by at most {spec.trained_jitter} px.",
    )
    prose(chart_sentence(trained, distance))
    show_chart(
        lambda: parts_figure(trained, distance),
        "parts_accuracy",
        "For every grid, the share of fresh faces and scrambled faces told right.",
        height=320,
    )


def examples_text(trained: TrainedGrids) -> str:
    """Say which examples the grids were trained on, and what each grid sees."""
    spec = trained.parts.spec
    pooled = {"avg": "the average", "max": "the largest value"}[spec.kind]
    return (
        f"A grid of g \u00d7 g cells keeps {pooled} of {spec.map_shape()[0]} feature maps in each "
        "cell. A dense layer of its own has learned to tell faces from scrambled ones. In those "
        "the parts are at each other\u2019s places, on a cheek or on the forehead. "
        f"Each grid is asked about {spec.fresh} fresh ones."
    )


def chart_sentence(trained: TrainedGrids, distance: int) -> str:
    """Say which grid is the best at a distance, and how the coarsest and the finest do there."""
    parts = trained.parts
    grids, column = parts.spec.grids, parts.spec.distances.index(distance)
    best = parts.best_grid(distance)
    right = dict(zip(grids, (float(share) for share in parts.accuracy[:, column]), strict=True))
    text = f"The useful middle at {distance} px: **g = {best}**, {percent(right[best])} right."
    ends = [
        f"g = {grid_name(grid, grids)} is right in {percent(right[grid])}"
        for grid in (grids[0], grids[-1])
        if grid != best
    ]
    if ends:
        text += f" {'; '.join(ends)}."
    return f"{text} By chance it would be {percent(0.5)}."


def parts_figure(trained: TrainedGrids, distance: int) -> go.Figure:
    """Return the accuracy over the grids: for trained places, and moved by `distance` pixels."""
    accent, text = theme_colors()
    parts = trained.parts
    spec, best = parts.spec, parts.best_grid(distance)
    labels = [grid_name(grid, spec.grids).replace(" (", "<br>(") for grid in spec.grids]
    figure = go.Figure()
    figure.add_hline(y=50, line={"color": text, "width": 1, "dash": "dot"})
    for asked, color, dash in ((spec.distances[0], text, "dash"), (distance, accent, "solid")):
        shares = 100 * parts.accuracy[:, spec.distances.index(asked)]
        figure.add_scatter(
            x=labels,
            y=shares.tolist(),
            name=f"moved {asked} px",
            mode="lines+markers",
            line={"color": color, "width": 2, "dash": dash},
            hovertemplate="g = %{x}, " + f"moved {asked} px: " + "%{y:.1f} %<extra></extra>",
        )
    at = spec.grids.index(best)
    figure.add_annotation(
        x=at,  # Plotly would place labels that are numbers by their value
        y=100 * float(parts.accuracy[at, spec.distances.index(distance)]),
        text=f"g = {best}",
        ay=34,
        ax=0,
        font={"color": accent, "size": 15},
        arrowcolor=accent,
    )
    return style_figure(
        figure,
        x={"type": "category", "title": "cells a side (g)"},
        y={"title": "% told right", "range": [40, 104]},
    )
